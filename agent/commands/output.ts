import { delay } from "../core/abort.ts";
import { logger } from "../core/log.ts";

/**
 * Past the limit a program's output is only thrown away, at most one chunk (64 KiB) in this time: a program that writes without
 * end shall not take the agent's processor.
 */
const DRAIN_PAUSE_MS = 1;

/** Enough for most commands. */
const FIRST_BUFFER_BYTES = 4096;

const log = logger("commands");
const encoder = new TextEncoder();

/** Takes what a program prints where that is long. */
export interface OutputOverflow {
  /** Output that is not longer is kept as text, and none of it comes here. */
  readonly afterBytes: number;
  /** Of longer output so many bytes come here, and then at most a line that says that it was cut. */
  readonly maxBytes: number;
  /** All of the output comes here, from its first byte on, one piece after the other. Whoever rejects gets no more of it. */
  write(piece: Uint8Array): Promise<void>;
}

/**
 * Reads one output stream of a program to its end, keeps the first `maxBytes` and throws the rest away, so that the
 * program never waits for a reader.
 */
export class OutputReader {
  /** Resolves when the stream has ended. */
  readonly done: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #kept = new Uint8Array(FIRST_BUFFER_BYTES);
  #keptBytes = 0;
  #cut = false;
  /** Bytes that went to the overflow; undefined while none did. */
  #overflowed: number | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    private readonly maxBytes: number,
    private readonly overflow?: OutputOverflow,
  ) {
    this.#reader = stream.getReader();
    this.done = this.#readAll().catch((error) => log.debug("cannot read a command's output: {error}", { error }));
  }

  /** Whether its output goes to the overflow, which takes longer than to keep it. */
  get hasOverflowed(): boolean {
    return this.#overflowed !== undefined;
  }

  /** @throws why the overflow did not take all */
  requireTaken(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /**
   * What was read so far, as text: invalid bytes become U+FFFD, and what is longer than `maxBytes` of UTF-8 ends at a whole
   * character, followed by a line that says so.
   */
  text(): string {
    if (this.hasOverflowed) return "";
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    // `stream` holds back a character whose other bytes were cut off.
    const text = decoder.decode(this.#kept.subarray(0, this.#keptBytes), { stream: this.#cut });
    const fitting = beginning(text, this.maxBytes);
    if (!this.#cut && fitting.length === text.length) return text;
    const newline = fitting === "" || fitting.endsWith("\n") ? "" : "\n";
    return `${fitting}${newline}[edgemesh: output cut after ${this.maxBytes} bytes]\n`;
  }

  /** Stops reading, also when something still holds the other end open. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  async #readAll(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      if (this.#overflows(value)) await this.#handOver(value);
      else this.#keep(value);
      if (this.#cut) await delay(DRAIN_PAUSE_MS);
    }
  }

  #overflows(chunk: Uint8Array): boolean {
    const { overflow } = this;
    return overflow !== undefined && (this.hasOverflowed || this.#keptBytes + chunk.length > overflow.afterBytes);
  }

  async #handOver(chunk: Uint8Array): Promise<void> {
    const { overflow } = this;
    if (!overflow || this.#cut) return;
    try {
      if (this.#overflowed === undefined) {
        this.#overflowed = this.#keptBytes;
        const kept = this.#kept.subarray(0, this.#keptBytes);
        this.#kept = new Uint8Array(0);
        if (kept.length > 0) await overflow.write(kept);
      }
      const room = overflow.maxBytes - this.#overflowed;
      this.#cut = chunk.length > room;
      const fitting = this.#cut ? wholeCharacters(chunk.subarray(0, room), chunk[room]) : chunk;
      this.#overflowed += fitting.length;
      if (fitting.length > 0) await overflow.write(fitting);
      if (this.#cut) await overflow.write(encoder.encode(`\n[edgemesh: output cut after ${this.#overflowed} bytes]\n`));
    } catch (error) {
      this.#cut = true;
      this.#failure = { error };
    }
  }

  // Copies: a chunk of one byte may be a view of a buffer of 64 KiB, which keeping it would keep alive.
  #keep(chunk: Uint8Array<ArrayBuffer>): void {
    const fitting = chunk.subarray(0, this.maxBytes - this.#keptBytes);
    this.#cut ||= fitting.length < chunk.length;
    const needed = this.#keptBytes + fitting.length;
    if (needed > this.#kept.length) {
      const larger = new Uint8Array(Math.max(needed, this.#kept.length * 2));
      larger.set(this.#kept);
      this.#kept = larger;
    }
    this.#kept.set(fitting, this.#keptBytes);
    this.#keptBytes = needed;
  }
}

/** Without a character at its end that goes on in the byte that follows, as far as it begins in these bytes. */
function wholeCharacters(bytes: Uint8Array, following: number | undefined): Uint8Array {
  let end = bytes.length;
  let next = following ?? 0;
  while (end > 0 && isContinuation(next)) next = bytes[--end] ?? 0;
  return bytes.subarray(0, end);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The longest beginning of whole characters with at most `maxBytes` of UTF-8. */
function beginning(text: string, maxBytes: number): string {
  // A UTF-16 unit takes at most three bytes: most outputs need no second look.
  if (text.length * 3 <= maxBytes) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(maxBytes)).read);
}
