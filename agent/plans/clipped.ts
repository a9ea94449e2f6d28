/** A text of at most `length` characters: a longer one ends with an ellipsis. Always well-formed. */
export function clipped(text: string, length: number): string {
  return (text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text).toWellFormed();
}
