import type { ServerResponse } from "node:http";

/** One request that is served. */
export interface HttpCall {
  readonly method: string;
  /** The path of its URL, without the query, as it was sent. */
  readonly path: string;
  /** What follows the path after `?`, as it was sent; empty where nothing does. */
  readonly query: string;
  /** The caller's address with its port. */
  readonly peer: string;
  /** Aborts with a `MeshError` when the client goes away before its answer is sent to the end, or when the server stops. */
  readonly signal: AbortSignal;
  /** A header's value; empty where it is not there. */
  header(name: string): string;
  /**
   * Reads the body.
   *
   * @returns undefined where it is larger than that
   * @throws {MeshError} `CANCELLED` when the client goes away meanwhile
   */
  body(maxBytes: number): Promise<Uint8Array | undefined>;
  /**
   * The body as it comes, instead of {@link body}; no faster than it is taken.
   *
   * @throws {MeshError} `CANCELLED` when the client goes away meanwhile
   */
  pieces(): AsyncIterable<Uint8Array>;
}

/** A body that is given to the connection by whoever made it: a file of gigabytes goes no way that would copy it. */
export interface DirectBody {
  /** In bytes: as many are sent, or the connection is cut. */
  readonly length: number;
  /**
   * Sends it, after the head was written. Resolves when the connection has taken all, or is gone. Always called, once: it then
   * releases what it holds.
   *
   * @param stallMs a client that takes nothing for so long is given up
   */
  sendTo(response: ServerResponse, stallMs: number): Promise<void>;
}

/** What a client is answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, bytes, a stream that is sent as it comes, and cancelled when the client goes away, or what sends itself. */
  readonly body: string | Uint8Array | ReadableStream<Uint8Array> | DirectBody;
}

/** What serves the paths that begin with `prefix`. */
export interface HttpRoute {
  readonly prefix: string;
  /** It is also served while the server stops, which refuses everything else. */
  readonly whileStopping?: boolean;
  /** Bodies may take as long as they take, as long as something comes. Others have to be there within a minute. */
  readonly longBodies?: boolean;
  respond(call: HttpCall): HttpAnswer | Promise<HttpAnswer>;
}

/** A line of text. */
export function plainText(message: string, status: number, headers: HttpAnswer["headers"] = {}): HttpAnswer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body: message + "\n" };
}

/** A value as JSON. */
export function json(value: unknown, status = 200, headers: HttpAnswer["headers"] = {}): HttpAnswer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}
