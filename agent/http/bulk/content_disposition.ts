/** What encodeURIComponent leaves and an extended value may not have (RFC 8187, 3.2.1). */
const NOT_ATTRIBUTE_CHARACTERS = /['()*]/g;

/** What cannot stand in a quoted name for every client (RFC 6266, appendix D). */
const NOT_PLAIN = /[^\x20-\x7e]|["\\%]/gu;

/** A `Content-Disposition` by which clients save what they get under this name (RFC 6266), whatever is in it. */
export function attachment(filename: string): string {
  const name = filename.toWellFormed();
  const plain = name.replace(NOT_PLAIN, "_");
  const header = `attachment; filename="${plain}"`;
  return plain === name ? header : `${header}; filename*=UTF-8''${extended(name)}`;
}

function extended(name: string): string {
  const escape = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(name).replace(NOT_ATTRIBUTE_CHARACTERS, escape);
}
