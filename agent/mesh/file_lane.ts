import type { FileCredit, FileData } from "../../proto/messages.ts";

/** Bytes of one message at most: what goes beside it is not held up for long. */
const CHUNK_BYTES = 128 * 1024;

/** What a lane needs of one file. */
interface Sender {
  readonly orderId: string;
  credit: number;
  piece: Uint8Array | undefined;
  /** The piece has been given to the stream, or never will be. */
  settle: ((error?: unknown) => void) | undefined;
  failure: unknown;
}

/** A file whose bytes go over a stream. */
export interface OutgoingBytes {
  /**
   * Sends a piece. Resolves when the stream has taken all of it; one at a time. It must not change any more.
   *
   * @throws what the file failed with
   */
  send(piece: Uint8Array): Promise<void>;
  /** Nothing more of it is wanted. */
  fail(error: unknown): void;
  /** All was sent. */
  close(): void;
}

/**
 * What of files waits to go over a stream: as much as the other side gave credit for, the files in turns, and each only when nothing
 * else is to be sent.
 */
export class FileLane {
  readonly #senders = new Map<string, Sender>();

  /** @param wake called when there may be something that can be sent */
  constructor(private readonly wake: () => void) {}

  open(orderId: string): OutgoingBytes {
    const sender: Sender = { orderId, credit: 0, piece: undefined, settle: undefined, failure: undefined };
    this.#senders.set(orderId, sender);
    return {
      send: (piece) => this.#send(sender, piece),
      fail: (error) => this.#fail(sender, error),
      close: () => void this.#senders.delete(orderId),
    };
  }

  /** The other side takes more. */
  credit({ order_id, size_bytes }: FileCredit): void {
    const sender = this.#senders.get(order_id);
    if (!sender) return;
    sender.credit += size_bytes;
    this.wake();
  }

  /** What is to be sent next; undefined where nothing can be now. */
  next(): FileData | undefined {
    for (const sender of this.#senders.values()) {
      const { orderId, piece, credit } = sender;
      if (!piece || credit === 0) continue;
      const data = piece.subarray(0, Math.min(CHUNK_BYTES, credit));
      sender.credit -= data.length;
      if (data.length === piece.length) settle(sender);
      else sender.piece = piece.subarray(data.length);
      // The others are first next time.
      this.#senders.delete(orderId);
      this.#senders.set(orderId, sender);
      return { order_id: orderId, data: data as FileData["data"] };
    }
    return undefined;
  }

  /** The stream is gone. */
  fail(error: unknown): void {
    for (const sender of this.#senders.values()) this.#fail(sender, error);
    this.#senders.clear();
  }

  #send(sender: Sender, piece: Uint8Array): Promise<void> {
    if (sender.failure !== undefined) return Promise.reject(sender.failure);
    if (piece.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      sender.piece = piece;
      sender.settle = (error) => error === undefined ? resolve() : reject(error);
      this.wake();
    });
  }

  #fail(sender: Sender, error: unknown): void {
    sender.failure ??= error;
    this.#senders.delete(sender.orderId);
    settle(sender, sender.failure);
  }
}

function settle(sender: Sender, error?: unknown): void {
  const { settle } = sender;
  sender.piece = undefined;
  sender.settle = undefined;
  settle?.(error);
}
