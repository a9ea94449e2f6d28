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

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, private readonly maxBytes: number) {
    this.#reader = stream.getReader();
    this.done = this.#readAll().catch((error) => log.debug("cannot read a command's output: {error}", { error }));
  }

  /**
   * What was read so far, as text: invalid bytes become U+FFFD, and what is longer than `maxBytes` of UTF-8 ends at a whole
   * character, followed by a line that says so.
   */
  text(): string {
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
      this.#keep(value);
      if (this.#cut) await delay(DRAIN_PAUSE_MS);
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

/** The longest beginning of whole characters with at most `maxBytes` of UTF-8. */
function beginning(text: string, maxBytes: number): string {
  // A UTF-16 unit takes at most three bytes: most outputs need no second look.
  if (text.length * 3 <= maxBytes) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(maxBytes)).read);
}
