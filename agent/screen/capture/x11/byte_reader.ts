/** What bytes come from; a `Deno.Conn` is one. */
export interface ByteSource {
  read(target: Uint8Array): Promise<number | null>;
}

const BUFFER_BYTES = 64 * 1024;

/** Reads given numbers of bytes; large ones go straight to where they are wanted. */
export class ByteReader {
  readonly #source: ByteSource;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #from = 0;
  #to = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Fills the target. Throws where the source ends before. */
  async fill(target: Uint8Array): Promise<void> {
    let filled = this.#take(target);
    while (filled < target.length) {
      const rest = target.subarray(filled);
      if (rest.length >= BUFFER_BYTES) {
        filled += await this.#read(rest);
      } else {
        this.#from = 0;
        this.#to = 0;
        this.#to = await this.#read(this.#buffer);
        filled += this.#take(rest);
      }
    }
  }

  /** Reads past so many bytes. */
  async skip(bytes: number): Promise<void> {
    const scrap = new Uint8Array(Math.min(bytes, BUFFER_BYTES));
    for (let left = bytes; left > 0; left -= scrap.length) await this.fill(scrap.subarray(0, left));
  }

  #take(target: Uint8Array): number {
    const count = Math.min(target.length, this.#to - this.#from);
    target.set(this.#buffer.subarray(this.#from, this.#from + count));
    this.#from += count;
    return count;
  }

  async #read(target: Uint8Array): Promise<number> {
    const count = await this.#source.read(target);
    if (count === null) throw new Error("it closed the connection");
    return count;
  }
}
