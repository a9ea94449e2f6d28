import { BusyError, type ErrorCode, MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { traceParentHere } from "../core/tracing.ts";
import type { ModelAnswer, ModelOrder } from "../../proto/messages.ts";

/** What a device's models are to do: one of the three. */
export type ModelTask =
  | { readonly generate: NonNullable<ModelOrder["generate"]> }
  | { readonly embed: NonNullable<ModelOrder["embed"]> }
  | { readonly calibrate: NonNullable<ModelOrder["calibrate"]> };

export interface ModelOrderOptions {
  /** Hears each piece of text as it comes. */
  readonly onText?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Counted on the device from the order's turn, in ms; undefined = the device's own limit. */
  readonly timeoutMs?: number | undefined;
}

/** What goes down the stream for orders. */
export type ModelOrderItem = { readonly modelOrder: ModelOrder } | { readonly cancelModelOrder: string };

interface Pending {
  readonly onText: ((text: string) => void) | undefined;
  readonly resolve: (answer: ModelAnswer) => void;
  readonly reject: (error: MeshError) => void;
}

/** The longest wait that a device may ask for, in ms: an hour. */
const MAX_RETRY_MS = 3_600_000;

/** The orders that one device's models were given and have not answered. */
export class ModelOrders {
  readonly #pending = new Map<string, Pending>();

  /** @param put puts something on the stream, with its rough size in bytes */
  constructor(private readonly put: (item: ModelOrderItem, bytes: number) => void) {}

  /** @throws {MeshError} the device's own failure; UNAVAILABLE when it is lost meanwhile; CANCELLED on abort */
  give(task: ModelTask, { onText, signal, timeoutMs }: ModelOrderOptions): Promise<ModelAnswer> {
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const order_id = newId();
    return new Promise<ModelAnswer>((resolve, reject) => {
      const onAbort = () => {
        this.#pending.delete(order_id);
        this.put({ cancelModelOrder: order_id }, 64);
        reject(abortError(signal));
      };
      const settle = () => signal?.removeEventListener("abort", onAbort);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(order_id, {
        onText,
        resolve: (answer) => (settle(), resolve(answer)),
        reject: (error) => (settle(), reject(error)),
      });
      const timeout_ms = Math.ceil(timeoutMs ?? 0);
      const trace_parent = traceParentHere();
      const order = { order_id, generate: null, embed: null, calibrate: null, timeout_ms, trace_parent };
      this.put({ modelOrder: { ...order, ...task } }, sizeOf(task));
    });
  }

  /** Takes what the device says of an order; of one that nobody waits for, nothing. */
  answer(answer: ModelAnswer): void {
    const pending = this.#pending.get(answer.order_id);
    if (!pending) return;
    if (answer.text) pending.onText?.(answer.text);
    if (answer.error_code) {
      this.#pending.delete(answer.order_id);
      pending.reject(errorOf(answer));
    } else if (answer.end || answer.embedded || answer.calibrated) {
      this.#pending.delete(answer.order_id);
      pending.resolve(answer);
    }
  }

  /** The device is gone: nothing will be answered. */
  fail(error: MeshError): void {
    for (const pending of [...this.#pending.values()]) pending.reject(error);
    this.#pending.clear();
  }
}

/** What a device may answer for its models; anything else is its own fault. */
const CODES: readonly ErrorCode[] = [
  "CANCELLED",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "UNIMPLEMENTED",
  "UNAVAILABLE",
];

function errorOf({ error_code, error_message, retry_after_ms }: ModelAnswer): MeshError {
  const message = error_message || "the device's model failed without a reason";
  if (error_code === "RESOURCE_EXHAUSTED" && retry_after_ms > 0) {
    return new BusyError(message, Math.min(MAX_RETRY_MS, retry_after_ms));
  }
  return new MeshError(CODES.find((known) => known === error_code) ?? "INTERNAL", message);
}

function abortError(signal: AbortSignal | undefined): MeshError {
  const reason = signal?.reason;
  return reason instanceof MeshError ? reason : new MeshError("CANCELLED", "the caller went away");
}

function sizeOf(task: ModelTask): number {
  if ("embed" in task) return task.embed.inputs.reduce((sum, input) => sum + input.length, 256);
  if ("calibrate" in task) return 256;
  const { prompt, messages, format } = task.generate;
  return messages.reduce((sum, { content }) => sum + content.length, 256 + prompt.length + format.length);
}
