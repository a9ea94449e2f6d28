import { createHash } from "node:crypto";
import type { OpenedFile } from "./opened_file.ts";

/** Digests that are remembered: 32 bytes and a short text each. */
const MAX_KNOWN = 10_000;

/** So much is hashed at once, in bytes: below 2 ms. */
const PIECE_BYTES = 1024 * 1024;

/** SHA-256 of files, remembered as long as the files stay as they are. */
export class Digests {
  /** By identity, the longest unused first. */
  readonly #known = new Map<string, Uint8Array>();

  constructor(private readonly most = MAX_KNOWN) {}

  /** The digest of a file in this state, if it is known already. */
  known(identity: string): Uint8Array | undefined {
    const digest = this.#known.get(identity);
    if (!digest) return undefined;
    this.#known.delete(identity);
    this.#known.set(identity, digest);
    return digest;
  }

  /**
   * The digest of a file, read to its end where it is not known.
   *
   * @returns undefined where the file was changed meanwhile: nothing can be said of it then
   */
  async of(file: OpenedFile, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const known = this.known(file.identity);
    if (known) return known;
    const hash = createHash("sha256");
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let at = 0;;) {
      signal?.throwIfAborted();
      const count = await file.read(buffer, at);
      if (count === 0) break;
      hash.update(buffer.subarray(0, count));
      at += count;
    }
    if (!await file.isUnchanged()) return undefined;
    return this.remember(file.identity, new Uint8Array(hash.digest()));
  }

  /** Takes note of a digest that was made elsewhere: of an upload, for one. */
  remember(identity: string, digest: Uint8Array): Uint8Array {
    this.#known.set(identity, digest);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.most) break;
      this.#known.delete(oldest);
    }
    return digest;
  }
}
