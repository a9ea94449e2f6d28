/** Longest piece of a client's text that a message repeats, in characters. */
const SHOWN = 60;

/** A client's text as a message shows it: in quotes, on one line, control characters escaped, cut where it is long. */
export function quoted(text: string): string {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return JSON.stringify(shown).replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
