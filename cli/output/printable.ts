import { stripVTControlCharacters } from "node:util";

// Control characters, and the marks that reorder text or hide in it: a device could use them to pass for another.
// deno-lint-ignore no-control-regex -- control characters are what is searched
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
// deno-lint-ignore no-control-regex -- as above, without tab and line feed
const UNPRINTABLE_IN_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// What JSON.stringify leaves as it is.
const UNPRINTABLE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from elsewhere on one line, without escape sequences, control characters and marks that reorder it. */
export function printable(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.trimEnd();
  return stripVTControlCharacters(text).replace(/[\t\r\n]+/g, " ").replace(UNPRINTABLE, "").trimEnd();
}

/** As {@link printable}, with its line breaks and tabs kept: for output of several lines that goes to a terminal. */
export function printableLines(text: string): string {
  return stripVTControlCharacters(text).replace(/\r\n/g, "\n").replace(UNPRINTABLE_IN_LINES, "");
}

/**
 * Text of several lines with what would control a terminal shown as `\x1b` or `\u202e`, for what a model says: that
 * something was there should be seen.
 */
export function escapedLines(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(UNPRINTABLE_IN_LINES, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** A document as JSON that controls no terminal: what could is escaped, which is the same to whatever parses it. */
export function printableJson(document: unknown, indent?: number): string {
  return JSON.stringify(document, null, indent).replace(
    UNPRINTABLE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
