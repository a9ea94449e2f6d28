import { setImmediate } from "node:timers";
import type { MeshError } from "../core/errors.ts";

/** One side of a two-way stream of batches, whatever carries it. */
export interface BatchChannel<Out, In> {
  /** False when the channel is full: send no more before `onDrain`. Does nothing once it is closed. */
  send(batch: Out): boolean;
  /** Ends this side after what was sent; the other side hears `onClose`, with the error if one is given. */
  close(error?: MeshError): void;
  /** Handlers are set once, before the first batch can arrive. */
  listen(handlers: ChannelHandlers<In>): void;
}

export interface ChannelHandlers<In> {
  onBatch(batch: In): void;
  onDrain(): void;
  /** Called once. Undefined when the stream was ended on purpose. */
  onClose(error: MeshError | undefined): void;
}

/**
 * A channel inside this process. What one side sends, the other gets in a later turn of the event loop: work that answers
 * at once would otherwise go round in microtasks, and sockets and timers would starve.
 */
export function channelPair<A, B>(): [BatchChannel<A, B>, BatchChannel<B, A>] {
  const left = new LocalSide<A, B>();
  const right = new LocalSide<B, A>();
  left.peer = right;
  right.peer = left;
  return [left, right];
}

class LocalSide<Out, In> implements BatchChannel<Out, In> {
  peer: LocalSide<In, Out> | undefined;
  #handlers: ChannelHandlers<In> | undefined;
  #closed = false;

  listen(handlers: ChannelHandlers<In>): void {
    this.#handlers = handlers;
  }

  send(batch: Out): boolean {
    if (!this.#closed) setImmediate(() => this.peer?.deliver(batch));
    return true;
  }

  close(error?: MeshError): void {
    setImmediate(() => {
      this.peer?.end(error);
      this.end();
    });
  }

  deliver(batch: In): void {
    if (!this.#closed) this.#handlers?.onBatch(batch);
  }

  end(error?: MeshError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers?.onClose(error);
  }
}
