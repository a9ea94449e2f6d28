const FILE_HEADER = 32;
const FRAME_HEADER = 12;
/** No frame of a screen comes near it; what claims more is no IVF. */
const MOST_FRAME_BYTES = 16 * 1024 * 1024;

/** Takes the frames out of an IVF stream, which comes in pieces of any size. */
export class IvfReader {
  #buffer = new Uint8Array(256 * 1024);
  #length = 0;
  #headed = false;

  /**
   * The frames that are complete with this piece, each in memory of its own.
   *
   * @throws {Error} for what is no IVF
   */
  push(piece: Uint8Array): Uint8Array<ArrayBuffer>[] {
    this.#append(piece);
    let at = 0;
    if (!this.#headed) {
      if (this.#length < FILE_HEADER) return [];
      if (String.fromCharCode(...this.#buffer.subarray(0, 4)) !== "DKIF") throw new Error("this is no IVF");
      this.#headed = true;
      at = FILE_HEADER;
    }
    const frames: Uint8Array<ArrayBuffer>[] = [];
    const view = new DataView(this.#buffer.buffer);
    while (this.#length - at >= FRAME_HEADER) {
      const bytes = view.getUint32(at, true);
      if (bytes > MOST_FRAME_BYTES) throw new Error(`a frame of ${bytes} bytes is no frame of a screen`);
      if (this.#length - at < FRAME_HEADER + bytes) break;
      frames.push(this.#buffer.slice(at + FRAME_HEADER, at + FRAME_HEADER + bytes));
      at += FRAME_HEADER + bytes;
    }
    this.#buffer.copyWithin(0, at, this.#length);
    this.#length -= at;
    return frames;
  }

  #append(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = needed;
  }
}
