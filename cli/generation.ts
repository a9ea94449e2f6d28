import { MeshError } from "../agent/core/errors.ts";
import type { GenerateEvent, GenerationEnd, GenerationStart, GenerationStats } from "../proto/messages.ts";
import type { GenerateRequest } from "../proto/gen/edgemesh/v1/GenerateRequest.ts";
import type { MeshClient } from "./client.ts";

/** The longest answer that is kept as a whole, in characters. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** What a generation gave: the fields of the specification's `LLMTaskResponse`, and what our own service knows more. */
export interface Generation {
  readonly output: string;
  readonly model_used: string;
  readonly tokens_generated: number;
  /** Empty: a failure is thrown. */
  readonly error: string;
  /** Empty where an older agent answered by its own model. */
  readonly device_id: string;
  readonly device_name: string;
  /** `stop`, or `length` where a limit of tokens ended it; empty where an older agent answered. */
  readonly finish_reason: GenerationEnd["finish_reason"];
  readonly stats: GenerationStats | null;
}

/**
 * Runs a prompt on the mesh: who answers, what the model says, what it took. An agent that has the specification's
 * service only answers by its own model, all at once.
 *
 * @throws {MeshError} while it is read: when it fails, and where it did not begin on any device
 */
export async function* generated(
  client: MeshClient,
  request: GenerateRequest,
  signal?: AbortSignal,
): AsyncGenerator<GenerateEvent, void, void> {
  let ended = false;
  let answered = false;
  try {
    for await (const event of client.generate(request, signal)) {
      answered = true;
      ended ||= event.end !== null;
      yield event;
    }
  } catch (error) {
    if (answered || !(error instanceof MeshError && error.code === "UNIMPLEMENTED")) throw error;
    return yield* byContract(client, request, error);
  }
  if (!ended) throw new MeshError("UNAVAILABLE", "the agent ended its answer before the generation had ended");
}

/** RunLLMTask, told as Generate tells it. */
async function* byContract(
  client: MeshClient,
  request: GenerateRequest,
  reason: MeshError,
): AsyncGenerator<GenerateEvent, void, void> {
  requireContract(request, reason);
  const { prompt = "", model = "", max_tokens = 0 } = request;
  const answer = await client.orchestrator("RunLLMTask", { prompt, model, max_tokens });
  const start = { device_id: "", device_name: "", model: answer.model_used, predicted_ms: 0, load_ms: 0, queue_ms: 0 };
  yield { start, text: "", end: null };
  if (answer.output !== "") yield { start: null, text: answer.output, end: null };
  if (answer.error !== "") throw new MeshError("INTERNAL", answer.error);
  const stats = { ...NO_STATS, model: answer.model_used, output_tokens: answer.tokens_generated };
  yield { start: null, text: "", end: { finish_reason: "", stats } };
}

/** @throws {MeshError} UNIMPLEMENTED for what the specification's method has no field for */
function requireContract({ device_id, messages, sampling, format }: GenerateRequest, reason: MeshError): void {
  const beyond = device_id
    ? "a prompt for a device of your choice"
    : messages?.length
    ? "chats and system prompts"
    : sampling
    ? "temperatures"
    : format
    ? "output formats"
    : undefined;
  if (beyond === undefined) return;
  throw new MeshError("UNIMPLEMENTED", `the agent is too old for ${beyond}: update it`, { cause: reason });
}

const NO_STATS: GenerationStats = {
  model: "",
  prompt_tokens: 0,
  output_tokens: 0,
  queue_ms: 0,
  load_ms: 0,
  prefill_ms: 0,
  decode_ms: 0,
  total_ms: 0,
};

/** A generation as far as it was heard of. */
export class HeardGeneration {
  /** Of the device that was tried last. */
  start: GenerationStart | undefined;
  end: GenerationEnd | undefined;
  /** Characters that the model said. */
  characters = 0;
  #pieces: string[] = [];

  /** @param keepsText whether its text is kept, and not only counted */
  constructor(private readonly keepsText: boolean) {}

  /** @throws {MeshError} RESOURCE_EXHAUSTED when the answer is too long to be kept */
  add({ start, text, end }: GenerateEvent): void {
    this.start = start ?? this.start;
    this.end = end ?? this.end;
    if (text === "") return;
    this.characters += text.length;
    if (!this.keepsText) return;
    if (this.characters > MOST_CHARACTERS) {
      const most = `${MOST_CHARACTERS / 1024 / 1024} Mi characters`;
      throw new MeshError("RESOURCE_EXHAUSTED", `the answer is longer than ${most}: take it as a stream`);
    }
    this.#pieces.push(text);
  }

  get text(): string {
    return this.#pieces.join("");
  }

  get document(): Generation {
    const { start, end } = this;
    return {
      output: this.text,
      model_used: end?.stats?.model || start?.model || "",
      tokens_generated: end?.stats?.output_tokens ?? 0,
      error: "",
      device_id: start?.device_id ?? "",
      device_name: start?.device_name ?? "",
      finish_reason: end?.finish_reason ?? "",
      stats: end?.stats ?? null,
    };
  }
}
