import { MeshError } from "../core/errors.ts";
import { errorText } from "./http_refusal.ts";
import { countOf, durationOf, isObject, type JsonObject, objectOf, textOf } from "./json_value.ts";
import { LineSplitter } from "./line_splitter.ts";
import { piecesText, quoted, type StreamReader } from "./server_http.ts";
import type { Generated } from "./types.ts";

/**
 * Characters of a line at most. The last one of `/api/generate` has all tokens as numbers, at most 7 characters for each,
 * and there may be one for each byte of a prompt, which may have 4 MiB.
 */
const MAX_LINE = 32 * 1024 * 1024;

/** Ollama ends a generation, without saying so, when as many pieces in a row were the same as the one before them. */
const MAX_REPEATS = 30;

const NS_PER_MS = 1e6;

/** Reads a streamed answer of `/api/chat` or `/api/generate`: JSON objects, one a line, the last with `done`. */
export class OllamaAnswer implements StreamReader {
  readonly #server: string;
  readonly #onText: (text: string) => void;
  readonly #lines = new LineSplitter(MAX_LINE, (line) => this.#line(line));
  #last: JsonObject | undefined;
  #pieces = 0;
  #latest = "";
  #repeats = 0;

  /** @param server what to call it in messages */
  constructor(server: string, onText: (text: string) => void) {
    this.#server = server;
    this.#onText = onText;
  }

  get isComplete(): boolean {
    return this.#last !== undefined;
  }

  get pieces(): number {
    return this.#pieces;
  }

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  end(): void {
    this.#lines.end();
  }

  /**
   * What the server said of it at its end.
   *
   * @throws {MeshError} UNAVAILABLE where the answer ended too early
   */
  generated(): Generated {
    if (!this.#last && this.#repeats < MAX_REPEATS) {
      throw new MeshError("UNAVAILABLE", `${this.#server} broke off after ${piecesText(this.#pieces)}`);
    }
    const last = this.#last ?? {};
    return {
      finishReason: last.done_reason === "length" ? "length" : "stop",
      promptTokens: countOf(last.prompt_eval_count),
      outputTokens: this.#last ? countOf(last.eval_count) : this.#pieces,
      loadMs: durationOf(last.load_duration, NS_PER_MS),
      prefillMs: durationOf(last.prompt_eval_duration, NS_PER_MS),
      decodeMs: durationOf(last.eval_duration, NS_PER_MS),
    };
  }

  #line(line: string): void {
    if (line === "" || this.#last) return;
    const value = this.#parse(line);
    if ("error" in value) {
      const reason = errorText(value) || "without a reason";
      throw new MeshError("INTERNAL", `${this.#server} failed after ${piecesText(this.#pieces)}: ${reason}`);
    }
    const text = textOf(value.response) || textOf(objectOf(value.message).content);
    if (text !== "") this.#piece(text);
    if (value.done === true) this.#last = value;
  }

  #piece(text: string): void {
    const trimmed = text.trim();
    this.#repeats = trimmed === this.#latest ? this.#repeats + 1 : 0;
    this.#latest = trimmed;
    this.#pieces += 1;
    this.#onText(text);
  }

  #parse(line: string): JsonObject {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Told below, like JSON that is no object.
    }
    if (isObject(value)) return value;
    throw new MeshError("INTERNAL", `${this.#server} sent a line that is no JSON object: ${quoted(line)}`);
  }
}
