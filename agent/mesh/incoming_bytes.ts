import { MeshError } from "../core/errors.ts";

/**
 * How many bytes may be on their way or wait to be taken, of one file: as few as a slow line needs, so that tasks are not held up
 * behind them, and as many as a quick one takes.
 */
const FIRST_WINDOW = 512 * 1024;
const LEAST_WINDOW = 64 * 1024;
const MOST_WINDOW = 4 * 1024 * 1024;

/** Bytes that come within this, in ms, after they were asked for make the window larger; later than the other, smaller. */
const QUICK_MS = 250;
const SLOW_MS = 1000;

/** Bytes of a file that the other side of a stream sends, as far as it was given credit for them: they cost no more memory than that. */
export class IncomingBytes implements AsyncIterable<Uint8Array> {
  readonly #pieces: Uint8Array[] = [];
  /** When credit was given, and how many bytes had been asked for with it. */
  readonly #asked: { readonly upTo: number; readonly at: number }[] = [];
  #window = FIRST_WINDOW;
  #given = 0;
  #arrived = 0;
  #taken = 0;
  #failure: unknown;
  #wake: (() => void) | undefined;

  /**
   * @param expected how many bytes are to come
   * @param give tells the other side that it may send so many more
   * @param now a clock, in ms
   */
  constructor(
    private readonly expected: number,
    private readonly give: (bytes: number) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Lets the other side begin. */
  start(): void {
    this.#giveMore();
  }

  /** Takes what came. What was not allowed to come is a failure. */
  receive(data: Uint8Array): void {
    if (this.#failure !== undefined) return;
    if (this.#arrived + data.length > this.#given) {
      return this.fail(new MeshError("INTERNAL", "more bytes came than were asked for"));
    }
    this.#arrived += data.length;
    this.#pieces.push(data);
    this.#adapt();
    this.#wake?.();
  }

  /** Nothing more comes. What has come can still be taken. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** @throws what it failed with, before all had come */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    while (this.#taken < this.expected) {
      const piece = this.#pieces.shift();
      if (piece) {
        yield piece;
        this.#taken += piece.length;
        this.#giveMore();
      } else if (this.#failure !== undefined) throw this.#failure;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  #giveMore(): void {
    const left = Math.min(this.expected, this.#taken + this.#window) - this.#given;
    // Little by little would cost a message for each piece.
    const isWorthIt = left >= this.#window / 4 || this.#given + left === this.expected;
    if (left <= 0 || !isWorthIt) return;
    this.#given += left;
    this.#asked.push({ upTo: this.#given, at: this.now() });
    this.give(left);
  }

  #adapt(): void {
    const [oldest] = this.#asked;
    if (!oldest || this.#arrived < oldest.upTo) return;
    this.#asked.shift();
    const ms = this.now() - oldest.at;
    if (ms < QUICK_MS) this.#window = Math.min(this.#window * 2, MOST_WINDOW);
    else if (ms > SLOW_MS) this.#window = Math.max(this.#window / 2, LEAST_WINDOW);
  }
}
