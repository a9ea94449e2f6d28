import { messageOf } from "../core/errors.ts";
import { quoted } from "./quoted.ts";

/** Why a text is not JSON, and where, given what `JSON.parse` threw. */
export function jsonFault(text: string, error: unknown): string {
  if (text.trim() === "") return "it is empty";
  const offset = jsonFaultOffset(text);
  if (offset === undefined) return `it is not JSON: ${messageOf(error)}`;
  const { line, column } = lineAndColumn(text, offset);
  const place = `line ${line}, column ${column}`;
  if (offset === text.length) return `it is not JSON: it ends too early, at ${place}`;
  return `it is not JSON: unexpected ${quoted(String.fromCodePoint(text.codePointAt(offset) ?? 0))} at ${place}`;
}

/**
 * Where a text stops being JSON: the offset of the first character that cannot be there, or the text's length when it
 * only ends too early. Undefined for JSON. `JSON.parse` names the place in some of its messages only, so it is found by
 * bisection: a prefix of JSON fails nowhere but at its end.
 */
export function jsonFaultOffset(text: string): number | undefined {
  if (canContinue(text)) return parses(text) ? undefined : text.length;
  let sound = 0;
  let broken = text.length;
  while (broken - sound > 1) {
    const middle = (sound + broken) >>> 1;
    if (canContinue(text.slice(0, middle))) sound = middle;
    else broken = middle;
  }
  return sound;
}

/** Line and column of an offset, both from 1, as editors count them. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function parses(text: string): boolean {
  return failure(text) === undefined;
}

function canContinue(prefix: string): boolean {
  const message = failure(prefix);
  if (message === undefined || message.startsWith("Unexpected end")) return true;
  const position = /at position (\d+)/.exec(message)?.[1];
  return position !== undefined && Number(position) === prefix.length;
}

function failure(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as SyntaxError).message;
  }
}
