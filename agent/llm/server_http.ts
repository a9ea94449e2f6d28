import { LinkedSignal } from "../core/abort.ts";
import { durationText } from "../core/duration.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { HttpRefusal } from "./http_refusal.ts";
import { shortText } from "./json_value.ts";
import { LineTooLong } from "./line_splitter.ts";
import { SilenceWatch } from "./silence_watch.ts";

/** How long a model server may take, in ms. */
export interface ServerLimits {
  /** For lists and the like. */
  readonly listMs: number;
  /** Until the first sign of an answer from a model: it may have to be loaded, and to read a long prompt. */
  readonly firstPieceMs: number;
  /** Between two signs of life after that. */
  readonly betweenPiecesMs: number;
}

export const SERVER_LIMITS: ServerLimits = { listMs: 10_000, firstPieceMs: 300_000, betweenPiecesMs: 60_000 };

/** An answer in JSON may have as many bytes: vectors are long. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** More of an error's body is not read. */
const MAX_ERROR_BYTES = 64 * 1024;

/** After what counts as its end, a stream may stay open as long, in ms. */
const CLOSING_MS = 1000;

/** Who reads a streamed answer. */
export interface StreamReader {
  push(bytes: Uint8Array): void;
  /** The stream has ended. */
  end(): void;
  /** Whether all that counts was said: what goes wrong after that does not matter. */
  readonly isComplete: boolean;
  /** Pieces of text that came so far, for messages. */
  readonly pieces: number;
}

/**
 * HTTP as model servers are spoken to. Each request has a connection of its own, which costs 0.15 ms on one machine: so a
 * server that was restarted is never met on a connection that it does not know any more, and to close it ends the request.
 * Whatever fails is a `MeshError`, but for {@link HttpRefusal}, which the caller may know more about.
 */
export class ServerHttp {
  /**
   * @param endpoint URL without a slash at its end
   * @param product what it is called in messages, e.g. `Ollama`
   */
  constructor(readonly endpoint: string, readonly product: string, readonly limits: ServerLimits) {}

  /** As it is called in messages. */
  get server(): string {
    return `${this.product} at ${this.endpoint}`;
  }

  /**
   * One answer in JSON.
   *
   * @param body null = GET
   * @param limitMs it may take as long, in ms
   * @throws {MeshError} UNAVAILABLE when the server cannot be reached, breaks off or is silent; INTERNAL when it sends too
   * much or no JSON; or the signal's reason
   * @throws {HttpRefusal}
   */
  async json(path: string, body: unknown, limitMs: number, signal: AbortSignal): Promise<unknown> {
    const text = await this.#request(path, body, limitMs, signal, (response) => this.#text(response));
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new MeshError("INTERNAL", `${this.server} sent no JSON for ${path}: ${quoted(text)}`, { cause });
    }
  }

  /**
   * An answer that comes in pieces.
   *
   * @throws as {@link json}, and whatever the reader throws
   */
  async stream(path: string, body: unknown, reader: StreamReader, signal: AbortSignal): Promise<void> {
    const { firstPieceMs, betweenPiecesMs } = this.limits;
    await this.#request(path, body, firstPieceMs, signal, async (response, watch) => {
      const chunks = response.body?.getReader();
      for (;;) {
        const chunk = await this.#next(chunks, reader);
        if (!chunk) break;
        try {
          reader.push(chunk);
        } catch (error) {
          throw this.#readingFailure(error);
        }
        watch.heard(reader.isComplete ? CLOSING_MS : betweenPiecesMs);
      }
      reader.end();
    });
  }

  async #request<T>(
    path: string,
    body: unknown,
    limitMs: number,
    signal: AbortSignal,
    read: (response: Response, watch: SilenceWatch) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    using linked = new LinkedSignal(signal);
    using watch = new SilenceWatch(limitMs, (ms) => {
      linked.abort(new MeshError("UNAVAILABLE", `${this.server} sent nothing for ${durationText(ms)}`));
    });
    try {
      const response = await this.#fetch(path, body, client, linked.signal);
      if (!response.ok) throw new HttpRefusal(response.status, await this.#errorBody(response));
      return await read(response, watch);
    } catch (error) {
      // Whatever else has failed then, failed because of that.
      throw linked.signal.aborted ? linked.signal.reason : error;
    } finally {
      // Ends what has not ended.
      linked.abort();
      client.close();
    }
  }

  async #fetch(path: string, body: unknown, client: Deno.HttpClient, signal: AbortSignal): Promise<Response> {
    const message = body === null
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    try {
      return await fetch(this.endpoint + path, { ...message, client, signal, redirect: "manual" });
    } catch (cause) {
      const reason = connectionReason(cause);
      const text = isConnected(cause) ? `${this.server} broke off before it answered` : `cannot reach ${this.server}`;
      throw new MeshError("UNAVAILABLE", `${text}: ${reason}`, { cause });
    }
  }

  /** The next bytes, or null at the end. */
  async #next(
    chunks: ReadableStreamDefaultReader<Uint8Array> | undefined,
    reader?: StreamReader,
  ): Promise<Uint8Array | null> {
    try {
      return (await chunks?.read())?.value ?? null;
    } catch (cause) {
      if (reader?.isComplete) return null;
      const after = reader ? ` after ${piecesText(reader.pieces)}` : "";
      throw new MeshError("UNAVAILABLE", `${this.server} broke off${after}: ${connectionReason(cause)}`, { cause });
    }
  }

  async #text(response: Response): Promise<string> {
    const { text, isWhole } = await this.#upTo(response, MAX_JSON_BYTES);
    if (isWhole) return text;
    throw new MeshError("INTERNAL", `${this.server} sent more than ${MAX_JSON_BYTES / 1024 / 1024} MiB`);
  }

  async #errorBody(response: Response): Promise<string> {
    return (await this.#upTo(response, MAX_ERROR_BYTES)).text;
  }

  async #upTo(response: Response, maxBytes: number): Promise<{ text: string; isWhole: boolean }> {
    const chunks = response.body?.getReader();
    const decoder = new TextDecoder();
    let text = "";
    let bytes = 0;
    for (let chunk = await this.#next(chunks); chunk; chunk = await this.#next(chunks)) {
      bytes += chunk.length;
      if (bytes > maxBytes) return { text, isWhole: false };
      text += decoder.decode(chunk, { stream: true });
    }
    return { text: text + decoder.decode(), isWhole: true };
  }

  #readingFailure(error: unknown): unknown {
    if (!(error instanceof LineTooLong)) return error;
    return new MeshError("INTERNAL", `${this.server} sent ${error.message}`, { cause: error });
  }
}

/** Whether what `fetch` throws says that there was a connection, which then ended. */
function isConnected(error: unknown): boolean {
  return error instanceof Error && /client error \(SendRequest\)/.test(messageOf(error.cause));
}

/** The reason within what `fetch` throws, without the URL, which the message names already. */
function connectionReason(error: unknown): string {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  const text = messageOf(cause);
  if (/connection refused/i.test(text)) return "connection refused";
  const detail = /client error \([^)]*\): (.*)$/.exec(text)?.[1] ?? text;
  return shortText(detail, 200);
}

/** `1 piece`, `3 pieces`. */
export function piecesText(count: number): string {
  return count === 1 ? "1 piece" : `${count} pieces`;
}

/** The beginning of what a server sent, for a message. */
export function quoted(text: string): string {
  return JSON.stringify(shortText(text, 100));
}
