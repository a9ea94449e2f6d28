const LEAST = 64 * 1024;
const MOST = 1024 * 1024;

/** A piece that was taken within this, in ms, is followed by larger ones; one that took longer than the other, by smaller ones. */
const QUICK_MS = 20;
const SLOW_MS = 500;

/**
 * How much is read and sent at once: 64 KiB to a client that takes little, so that many of them cost little, and up to 1 MiB to one
 * that takes as much as it gets: there larger pieces make more way.
 */
export class PieceSize {
  #bytes = LEAST;
  /** In turns: one is read into while the other one is on its way. */
  #buffers: readonly [next: Uint8Array, other: Uint8Array] = [new Uint8Array(), new Uint8Array()];

  /** The next piece, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A buffer of so many bytes that is not the one given before. */
  buffer(bytes: number): Uint8Array {
    const [next, other] = this.#buffers;
    // One that was made for larger pieces is given up with them.
    const fits = next.length >= bytes && next.length <= this.#bytes;
    const taken = fits ? next : new Uint8Array(bytes);
    this.#buffers = [other, taken];
    return taken.subarray(0, bytes);
  }

  /** Takes note of how long a piece was on its way, in ms. */
  took(ms: number): void {
    if (ms < QUICK_MS) this.#bytes = Math.min(this.#bytes * 2, MOST);
    else if (ms > SLOW_MS) this.#bytes = Math.max(this.#bytes / 2, LEAST);
  }
}
