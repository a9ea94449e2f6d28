import { type ErrorCode, MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { traceParentHere } from "../core/tracing.ts";
import type { ScreenAnswer, ScreenOrder, ScreenReply, ScreenStart, ScreenStop } from "../../proto/messages.ts";

/** What a device is to do with its screen: one of the four. */
export type ScreenTask =
  | { readonly start: ScreenStart }
  | { readonly answer: ScreenAnswer }
  | { readonly stop: ScreenStop }
  /** Tell which monitors there are. */
  | { readonly monitors: true };

export interface ScreenOrderOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What goes down the stream for orders. */
export type ScreenOrderItem = { readonly screenOrder: ScreenOrder } | { readonly cancelScreenOrder: string };

interface Pending {
  readonly resolve: (reply: ScreenReply) => void;
  readonly reject: (error: MeshError) => void;
}

/** The orders for one device's screen that it has not replied to. */
export class ScreenOrders {
  readonly #pending = new Map<string, Pending>();

  /** @param put puts something on the stream, with its rough size in bytes */
  constructor(private readonly put: (item: ScreenOrderItem, bytes: number) => void) {}

  /** @throws {MeshError} the device's own failure; UNAVAILABLE when it is lost meanwhile; CANCELLED on abort */
  give(task: ScreenTask, { signal }: ScreenOrderOptions): Promise<ScreenReply> {
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const order_id = newId();
    return new Promise<ScreenReply>((resolve, reject) => {
      const onAbort = () => {
        this.#pending.delete(order_id);
        this.put({ cancelScreenOrder: order_id }, 64);
        reject(abortError(signal));
      };
      const settle = () => signal?.removeEventListener("abort", onAbort);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(order_id, {
        resolve: (reply) => (settle(), resolve(reply)),
        reject: (error) => (settle(), reject(error)),
      });
      const trace_parent = traceParentHere();
      const order = { order_id, start: null, answer: null, stop: null, monitors: false, trace_parent };
      this.put({ screenOrder: { ...order, ...task } }, sizeOf(task));
    });
  }

  /** Takes what the device replied to an order; of one that nobody waits for, nothing. */
  reply(reply: ScreenReply): void {
    const pending = this.#pending.get(reply.order_id);
    if (!pending) return;
    this.#pending.delete(reply.order_id);
    if (reply.error_code) pending.reject(errorOf(reply));
    else pending.resolve(reply);
  }

  /** The device is gone: nothing will be replied. */
  fail(error: MeshError): void {
    for (const pending of [...this.#pending.values()]) pending.reject(error);
    this.#pending.clear();
  }
}

/** What a device may reply about its screen; anything else is its own fault. */
const CODES: readonly ErrorCode[] = [
  "CANCELLED",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "UNIMPLEMENTED",
  "UNAVAILABLE",
];

function errorOf({ error_code, error_message }: ScreenReply): MeshError {
  const message = error_message || "the device's screen failed without a reason";
  return new MeshError(CODES.find((known) => known === error_code) ?? "INTERNAL", message);
}

function abortError(signal: AbortSignal | undefined): MeshError {
  const reason = signal?.reason;
  return reason instanceof MeshError ? reason : new MeshError("CANCELLED", "the caller went away");
}

function sizeOf(task: ScreenTask): number {
  return 256 + ("answer" in task ? task.answer.sdp.length : 0);
}
