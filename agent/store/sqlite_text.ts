/**
 * `node:sqlite` reads a text only up to its first NUL, though it stores the whole, and what programs and models print
 * may hold NULs. So NUL is stored as DLE 0, and DLE itself as DLE 1.
 */
const NUL = "\0", DLE = "\x10";

/** A value as it goes into the database. */
export function stored<T extends string | number>(value: T): T | string {
  if (typeof value !== "string" || (!value.includes(NUL) && !value.includes(DLE))) return value;
  return value.replaceAll(DLE, `${DLE}1`).replaceAll(NUL, `${DLE}0`);
}

/** A value as it was before {@link stored}. */
export function restored<T extends string | number>(value: T): T | string {
  if (typeof value !== "string" || !value.includes(DLE)) return value;
  return value.replaceAll(`${DLE}0`, NUL).replaceAll(`${DLE}1`, DLE);
}
