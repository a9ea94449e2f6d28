import { Buffer } from "node:buffer";
import { MeshError } from "../core/errors.ts";

/** Bytes that may wait for a client that does not read. */
export const MAX_WAITING = 4 * 1024 * 1024;

/** So long, in ms, nothing is written at most: a comment keeps the connection. */
export const COMMENT_MS = 15_000;

export interface AnswerStreamOptions {
  /** Is written where nothing else is for `commentMs`; undefined where what is streamed knows no comments. */
  readonly comment?: string;
  /** Default {@link COMMENT_MS}. */
  readonly commentMs?: number;
  /** Default {@link MAX_WAITING}. */
  readonly maxWaiting?: number;
  /** The client went away, or was given up: nobody takes anything any more. */
  readonly onGone: (reason: MeshError) => void;
}

const encoder = new TextEncoder();

/**
 * The body of an answer that is made piece by piece. What is written goes out at once, in one piece, where the client takes it; what it
 * does not take waits, in bounds.
 */
export class AnswerStream {
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** The reader waits for more. */
  #isWanted = false;
  #state: "open" | "ended" | "closed" = "open";
  #lastWritten = performance.now();
  readonly #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: AnswerStreamOptions) {
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#taken(),
      cancel: () => this.#gone(new MeshError("CANCELLED", "the client went away")),
    }, { highWaterMark: 0 });
    const { comment, commentMs = COMMENT_MS } = options;
    if (comment !== undefined) this.#timer = setInterval(() => this.#look(comment, commentMs), commentMs / 4);
  }

  /** Writes a piece, unless the client is gone. A client that leaves too much unread is given up. */
  write(piece: string | Uint8Array): void {
    if (this.#state !== "open" || piece.length === 0) return;
    const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
    this.#lastWritten = performance.now();
    if (this.#isWanted) return this.#send(bytes);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    const { maxWaiting = MAX_WAITING } = this.options;
    if (this.#waitingBytes > maxWaiting) this.#giveUp(`a client left ${maxWaiting} bytes of its answer unread`);
  }

  /** Nothing more will be written. What waits still goes out. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    if (this.#waitingBytes === 0) this.#close();
  }

  /** The client takes what there is, or waits for it. */
  #taken(): void {
    if (this.#waitingBytes > 0) this.#send(Buffer.concat(this.#waiting));
    else this.#isWanted = true;
    this.#forget();
    if (this.#state === "ended") this.#close();
  }

  #send(bytes: Uint8Array): void {
    this.#isWanted = false;
    this.#controller?.enqueue(bytes);
  }

  #close(): void {
    this.#release();
    this.#controller?.close();
  }

  #look(comment: string, commentMs: number): void {
    if (this.#waitingBytes === 0 && performance.now() - this.#lastWritten >= commentMs) this.write(comment);
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
    this.#forget();
    clearInterval(this.#timer);
  }

  #forget(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
