import { createHash } from "node:crypto";

/** So much is written at once, in bytes. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** A file of random bytes, without holes, in the page cache afterwards as far as it fits. */
export async function writeLargeFile(path: string, bytes: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const piece = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < piece.length; at += 65_536) crypto.getRandomValues(piece.subarray(at, at + 65_536));
  const writer = file.writable.getWriter();
  for (let left = bytes; left > 0; left -= piece.length) await writer.write(piece.subarray(0, left));
  await writer.close();
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function sha256OfFile(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  for await (const piece of file.readable) hash.update(piece);
  return hash.digest("hex");
}
