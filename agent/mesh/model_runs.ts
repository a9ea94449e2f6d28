import { LinkedSignal } from "../core/abort.ts";
import { BusyError, MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { logger } from "../core/log.ts";
import { inSpan } from "../core/tracing.ts";
import type {
  CalibrateRequest,
  CalibrateResponse,
  EmbedRequest,
  EmbedResponse,
  GenerateRequest,
  GenerationEnd,
  ModelAnswer,
  ModelLoad,
  ModelOrder,
  ModelReport,
} from "../../proto/messages.ts";
import { modelAnswer } from "./batches.ts";
import { RunningCount } from "./running_count.ts";

const log = logger("worker");

/** Embeddings of one answer, at most: with what else is in its batch it stays below the 32 MiB that an agent takes. */
const MAX_EMBEDDING_BYTES = 24 * 1_048_576;

/** How a device's models are put to work. */
export interface ModelSource {
  generate(request: GenerateRequest, options: GenerateOptions): Promise<GenerationEnd>;
  embed(request: EmbedRequest, options: { readonly signal: AbortSignal }): Promise<EmbedResponse>;
  calibrate(request: CalibrateRequest, options: { readonly signal: AbortSignal }): Promise<CalibrateResponse>;
  /** The device's models now. */
  report(): ModelReport;
  /** What they have to do now. */
  load(): ModelLoad;
  /** Calls the listener when the report has changed. Returns what ends that. */
  onReport(listener: () => void): () => void;
}

export interface GenerateOptions {
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal;
  /** Counted from its turn, in ms; undefined = the device's own limit. */
  readonly timeoutMs?: number;
}

/** Orders of one coordinator that the device's models work at. Their callers are gone when the stream is. */
export class ModelRuns {
  readonly #runs = new Map<string, LinkedSignal>();
  readonly running = new RunningCount();

  /** @param put puts an answer on the stream, with its rough size in bytes */
  constructor(
    private readonly models: ModelSource | undefined,
    private readonly put: (answer: ModelAnswer, bytes: number) => void,
  ) {}

  async begin(order: ModelOrder): Promise<void> {
    const { order_id } = order;
    if (this.#runs.has(order_id)) return;
    using run = new LinkedSignal();
    this.#runs.set(order_id, run);
    this.running.begin();
    try {
      const traced = { kind: "consumer", parent: order.trace_parent } as const;
      const result = await inSpan(`model ${taskOf(order)}`, traced, () => this.#run(order, run.signal));
      this.put(modelAnswer(order_id, result), 256 + embeddingBytes(result.embedded));
    } catch (error) {
      const failure = failureOf(run.signal.aborted ? run.signal.reason : error);
      this.put(modelAnswer(order_id, failure), 256);
    } finally {
      this.#runs.delete(order_id);
      this.running.end();
    }
  }

  /** Nobody wants the order any more. */
  cancel(orderId: string): void {
    this.#runs.get(orderId)?.abort(new MeshError("CANCELLED", "the caller went away"));
  }

  stop(reason: string): void {
    const stopped = new MeshError("UNAVAILABLE", reason);
    for (const run of this.#runs.values()) run.abort(stopped);
  }

  async #run(order: ModelOrder, signal: AbortSignal): Promise<Partial<ModelAnswer>> {
    const { models } = this;
    if (!models) throw new MeshError("FAILED_PRECONDITION", "this device uses no local model (--no-llm)");
    const { order_id, generate, embed, calibrate, timeout_ms } = order;
    if (embed) return { embedded: sendable(await models.embed(embed, { signal })) };
    if (calibrate) return { calibrated: await models.calibrate(calibrate, { signal }) };
    if (!generate) throw new MeshError("UNIMPLEMENTED", "this device does not know what is asked of its models");
    const onText = (text: string) => this.put(modelAnswer(order_id, { text }), 128 + text.length);
    const limit = timeout_ms > 0 ? { timeoutMs: timeout_ms } : {};
    return { end: await models.generate(generate, { onText, signal, ...limit }) };
  }
}

function taskOf({ generate, embed, calibrate }: ModelOrder): string {
  return generate ? "generate" : embed ? "embed" : calibrate ? "calibrate" : "unknown";
}

function embeddingBytes(embedded: EmbedResponse | null | undefined): number {
  return embedded?.embeddings.reduce((sum, { values }) => sum + 16 + 8 * values.length, 0) ?? 0;
}

/** @throws {MeshError} for embeddings that no message can hold: the stream would break, with all that goes over it */
function sendable(embedded: EmbedResponse): EmbedResponse {
  const bytes = embeddingBytes(embedded);
  if (bytes <= MAX_EMBEDDING_BYTES) return embedded;
  const size = `${embedded.embeddings.length} embeddings take ${Math.ceil(bytes / 1_048_576)} MiB`;
  throw new MeshError("INVALID_ARGUMENT", `inputs: their ${size}, more than a message holds; ask for fewer at once`);
}

function failureOf(error: unknown): Partial<ModelAnswer> {
  if (error instanceof MeshError) {
    const retry_after_ms = error instanceof BusyError ? Math.ceil(error.retryAfterMs) : 0;
    return { error_code: error.code, error_message: error.message, retry_after_ms };
  }
  const id = newId().slice(0, 8);
  log.error("a generation failed unexpectedly ({id}): {error}", { id, error });
  return { error_code: "INTERNAL", error_message: `internal error ${id} on the device; its log says more` };
}
