import { UsageError } from "../core/errors.ts";

/** Longest mesh key, in characters: a session request stays small, and nobody types more. */
const MAX_KEY_LENGTH = 1024;

/** What `--print-config` shows of a key begins so, and is never taken for one. */
export const SHOWN_KEY_PREFIX = "set (from ";

/**
 * A mesh key as given or read from a file, without the line end that editors and `echo` add.
 *
 * @throws {UsageError} with the reason alone, never with the key.
 */
export function cleanKey(text: string): string {
  const key = text.replace(/[\r\n]+$/, "");
  if (key.trim() === "") throw new UsageError("the key is empty");
  if (key.length > MAX_KEY_LENGTH) throw new UsageError(`the key is longer than ${MAX_KEY_LENGTH} characters`);
  if (/[\r\n]/.test(key)) throw new UsageError("the key is longer than one line");
  if (/\p{Cc}/u.test(key)) throw new UsageError("the key holds a control character");
  if (key.startsWith(SHOWN_KEY_PREFIX)) throw new UsageError("this is what --print-config shows instead of the key");
  return key;
}
