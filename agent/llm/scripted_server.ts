import { MeshError } from "../core/errors.ts";
import type { Embedded, Generated, ModelServer, ServedModel, ServerRequest } from "./types.ts";

/** A model as a server lists it, with what a test leaves out. */
export function servedModel(name: string, given: Partial<ServedModel> = {}): ServedModel {
  return {
    name,
    loaded: false,
    sizeBytes: 1_000_000_000,
    memoryBytes: 0,
    parameterSize: "1B",
    quantization: "Q4_K_M",
    modifiedAt: 0,
    generates: true,
    embeds: false,
    ...given,
  };
}

/** What a generation of 100 tokens read and 50 written took, with what a test gives instead. */
export function generated(given: Partial<Generated> = {}): Generated {
  return {
    finishReason: "stop",
    promptTokens: 100,
    outputTokens: 50,
    loadMs: 2,
    prefillMs: 200,
    decodeMs: 1000,
    ...given,
  };
}

/** A generation that the scripted server works on: it ends when the test says so, or with its signal. */
export interface ScriptedGeneration {
  readonly request: ServerRequest;
  readonly signal: AbortSignal;
  say(text: string): void;
  end(result?: Partial<Generated>): void;
  fail(error: unknown): void;
}

/** A model server in memory, which does what a test says. */
export class ScriptedServer implements ModelServer {
  readonly kind = "ollama";
  /** How often it was asked for its models. */
  looks = 0;
  /** Those that it works on, and has worked on. */
  readonly generations: ScriptedGeneration[] = [];
  /** What it does with a generation at once; by default nothing. */
  script: (generation: ScriptedGeneration) => void = () => {};
  /** Answers to be asked for its models; by default at once. */
  listing: (signal: AbortSignal) => Promise<ServedModel[]>;

  constructor(readonly endpoint: string, models: ServedModel[] = []) {
    this.listing = () => Promise.resolve(models);
  }

  /** It does not answer. */
  goAway(): void {
    this.listing = () => Promise.reject(new MeshError("UNAVAILABLE", `cannot reach ${this.endpoint}`));
  }

  has(...models: ServedModel[]): void {
    this.listing = () => Promise.resolve(models);
  }

  models(signal: AbortSignal): Promise<ServedModel[]> {
    this.looks++;
    return this.listing(signal);
  }

  generate(request: ServerRequest, onText: (text: string) => void, signal: AbortSignal): Promise<Generated> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      const generation: ScriptedGeneration = {
        request,
        signal,
        say: onText,
        end: (result) => resolve(generated(result)),
        fail: reject,
      };
      this.generations.push(generation);
      this.script(generation);
    });
  }

  embed(_model: string, inputs: readonly string[], signal: AbortSignal): Promise<Embedded> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return Promise.resolve({ embeddings: inputs.map((text) => [text.length, 1]), promptTokens: inputs.length });
  }
}

/** Rejects when the signal aborts, and not before. */
export function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
