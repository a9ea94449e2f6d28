import type { GenerateRequest, GenerationEnd, Sampling } from "../../proto/messages.ts";

/** A model as a model server lists it now. */
export interface ServedModel {
  /** As requests name it, e.g. `llama3.2:3b`. */
  readonly name: string;
  /** In memory now. */
  readonly loaded: boolean;
  /** On disk, in bytes; 0 = unknown. */
  readonly sizeBytes: number;
  /** In memory, in bytes, where it is loaded; 0 = unknown. */
  readonly memoryBytes: number;
  /** As the server says it, e.g. `3.2B`; empty = unknown. */
  readonly parameterSize: string;
  /** E.g. `Q4_K_M`; empty = unknown. */
  readonly quantization: string;
  /** Unix time in ms; 0 = unknown. */
  readonly modifiedAt: number;
  /** Whether it writes text. */
  readonly generates: boolean;
  /** Whether it makes embeddings. */
  readonly embeds: boolean;
}

/** What a model server is asked to generate. `prompt`, or else `messages`. */
export interface ServerRequest {
  readonly model: string;
  readonly prompt: string;
  readonly messages: GenerateRequest["messages"];
  /** Tokens at most; 0 = the model's own limit. */
  readonly maxTokens: number;
  readonly sampling: Sampling | null;
  /** `json`, a JSON schema as JSON, or empty. */
  readonly format: string;
}

/** What a model server said of a generation that ended. Durations in ms; 0 = unknown. */
export interface Generated {
  readonly finishReason: GenerationEnd["finish_reason"];
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly loadMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** Vectors, one for each input. */
export interface Embedded {
  readonly embeddings: readonly (readonly number[])[];
  readonly promptTokens: number;
}

/**
 * A model server on this device. Its failures are `MeshError`s: `UNAVAILABLE` when it cannot be reached, went away, was
 * silent for too long or is busy; `NOT_FOUND` for a model that it does not have; `INVALID_ARGUMENT` for a request that it refuses (400);
 * `FAILED_PRECONDITION` for a model that cannot do what is asked; `INTERNAL` for its own failures and for answers that make
 * no sense. Their messages are one line that names the server and, where it gave one, its own error text.
 */
export interface ModelServer {
  readonly kind: "ollama" | "openai";
  /** Its URL, without a path and without a slash at its end where it has none. */
  readonly endpoint: string;
  /** The models that are there now, in any order. */
  models(signal: AbortSignal): Promise<ServedModel[]>;
  /**
   * Generates, and tells each piece of text as it comes. When the signal aborts, its connection is closed, so that the
   * server stops, and the signal's reason is thrown.
   */
  generate(request: ServerRequest, onText: (text: string) => void, signal: AbortSignal): Promise<Generated>;
  embed(model: string, inputs: readonly string[], signal: AbortSignal): Promise<Embedded>;
}
