import { MeshError } from "../core/errors.ts";
import { EventStream, type ServerSentEvent } from "./event_stream.ts";
import { errorText } from "./http_refusal.ts";
import { countOf, durationOf, isObject, type JsonObject, objectOf, objectsOf, textOf } from "./json_value.ts";
import { piecesText, quoted, type StreamReader } from "./server_http.ts";
import type { Generated } from "./types.ts";

/** Characters of an event's line at most. */
const MAX_LINE = 8 * 1024 * 1024;

/**
 * Reads a streamed answer of `/v1/chat/completions`. Durations are llama.cpp's own where it gives them, else measured
 * here: until the first piece the prompt was read, after that the answer was written.
 */
export class OpenAiAnswer implements StreamReader {
  readonly #server: string;
  readonly #onText: (text: string) => void;
  readonly #events = new EventStream(MAX_LINE, (event) => this.#event(event));
  readonly #startedAt = performance.now();
  #firstAt = 0;
  #latestAt = 0;
  /** Thinking counts as well: it costs tokens. */
  #pieces = 0;
  #finishReason = "";
  #usage: JsonObject = {};
  #timings: JsonObject = {};
  #isDone = false;

  /** @param server what to call it in messages */
  constructor(server: string, onText: (text: string) => void) {
    this.#server = server;
    this.#onText = onText;
  }

  get isComplete(): boolean {
    return this.#isDone;
  }

  get pieces(): number {
    return this.#pieces;
  }

  push(bytes: Uint8Array): void {
    this.#events.push(bytes);
  }

  end(): void {
    this.#events.end();
  }

  /**
   * What is known of it at its end.
   *
   * @throws {MeshError} UNAVAILABLE where the answer ended too early
   */
  generated(): Generated {
    if (!this.#isDone && this.#finishReason === "") {
      throw new MeshError("UNAVAILABLE", `${this.#server} broke off after ${piecesText(this.#pieces)}`);
    }
    const hasPieces = this.#pieces > 0;
    return {
      finishReason: this.#finishReason === "length" ? "length" : "stop",
      promptTokens: countOf(this.#usage.prompt_tokens),
      outputTokens: countOf(this.#usage.completion_tokens) || this.#pieces,
      loadMs: 0,
      prefillMs: durationOf(this.#timings.prompt_ms) || (hasPieces ? this.#firstAt - this.#startedAt : 0),
      decodeMs: durationOf(this.#timings.predicted_ms) || (hasPieces ? this.#latestAt - this.#firstAt : 0),
    };
  }

  #event({ name, data }: ServerSentEvent): void {
    if (this.#isDone) return;
    if (data === "[DONE]") {
      this.#isDone = true;
      return;
    }
    const value = this.#parse(data);
    // Some servers say in every event that there is no error.
    if (name === "error" || (value.error ?? null) !== null) {
      const reason = errorText(value) || "without a reason";
      throw new MeshError("INTERNAL", `${this.#server} failed after ${piecesText(this.#pieces)}: ${reason}`);
    }
    for (const choice of objectsOf(value.choices).slice(0, 1)) this.#choice(choice);
    if (isObject(value.usage)) this.#usage = value.usage;
    if (isObject(value.timings)) this.#timings = value.timings;
  }

  #choice(choice: JsonObject): void {
    const delta = objectOf(choice.delta);
    const text = textOf(delta.content);
    const thinking = textOf(delta.reasoning_content) || textOf(delta.reasoning);
    if (text !== "" || thinking !== "") {
      this.#latestAt = performance.now();
      this.#firstAt ||= this.#latestAt;
      this.#pieces += 1;
    }
    if (text !== "") this.#onText(text);
    this.#finishReason = textOf(choice.finish_reason) || this.#finishReason;
  }

  #parse(data: string): JsonObject {
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      // Told below, like JSON that is no object.
    }
    if (isObject(value)) return value;
    throw new MeshError("INTERNAL", `${this.#server} sent an event that is no JSON object: ${quoted(data)}`);
  }
}
