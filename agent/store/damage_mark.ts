/**
 * The empty file that says that damage was met in a database while it was in use, so that the next start checks the
 * whole of it, however large it is.
 */
export function damageMark(path: string): string {
  return `${path}.damaged`;
}
