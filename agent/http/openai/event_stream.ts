import { MeshError } from "../../core/errors.ts";

/** Characters that may wait for a client that does not read. */
export const MAX_WAITING = 4 * 1024 * 1024;

/** So long, in ms, nothing is written at most: a comment keeps the connection. */
export const COMMENT_MS = 15_000;

const encoder = new TextEncoder();

/**
 * The body of a stream of server-sent events. What is written goes out at once, in one piece, where the client takes it; what it does
 * not take waits, in bounds.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #waiting = "";
  /** The reader waits for more. */
  #isWanted = false;
  #state: "open" | "ended" | "closed" = "open";
  #lastWritten = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  /**
   * @param options.comment is written where nothing else is for `commentMs`
   * @param options.onGone the client went away, or was given up: nobody takes anything any more
   */
  constructor(
    private readonly options: {
      readonly comment: string;
      readonly onGone: (reason: MeshError) => void;
      readonly commentMs?: number;
    },
  ) {
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#taken(),
      cancel: () => this.#gone(new MeshError("CANCELLED", "the client went away")),
    }, { highWaterMark: 0 });
    this.#timer = setInterval(() => this.#look(), (options.commentMs ?? COMMENT_MS) / 4);
  }

  /** Writes text, unless the client is gone. A client that leaves too much unread is given up. */
  write(text: string): void {
    if (this.#state !== "open") return;
    this.#lastWritten = performance.now();
    if (this.#isWanted) return this.#send(text);
    this.#waiting += text;
    if (this.#waiting.length > MAX_WAITING) {
      this.#giveUp(`a client left ${MAX_WAITING} characters of its answer unread`);
    }
  }

  /** Nothing more will be written. What waits still goes out. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    if (this.#waiting === "") this.#close();
  }

  /** The client takes what there is, or waits for it. */
  #taken(): void {
    if (this.#waiting !== "") this.#send(this.#waiting);
    else this.#isWanted = true;
    this.#waiting = "";
    if (this.#state === "ended") this.#close();
  }

  #send(text: string): void {
    this.#isWanted = false;
    this.#controller?.enqueue(encoder.encode(text));
  }

  #close(): void {
    this.#release();
    this.#controller?.close();
  }

  #look(): void {
    const { comment, commentMs = COMMENT_MS } = this.options;
    if (this.#waiting === "" && performance.now() - this.#lastWritten >= commentMs) this.write(comment);
  }

  #giveUp(message: string): void {
    const reason = new MeshError("CANCELLED", message);
    this.#controller?.error(reason);
    this.#gone(reason);
  }

  #gone(reason: MeshError): void {
    this.#release();
    this.options.onGone(reason);
  }

  #release(): void {
    this.#state = "closed";
    this.#waiting = "";
    clearInterval(this.#timer);
  }
}
