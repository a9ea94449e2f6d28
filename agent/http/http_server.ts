import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ListenAddress } from "../config/config.ts";
import { listenError } from "../config/listen_error.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { type HttpAnswer, type HttpRoute, plainText } from "./http_call.ts";
import { sendAnswer } from "./send_answer.ts";
import { ServedCall } from "./served_call.ts";

const log = logger("http");

/** How long connections may stay open after their work was ended, in ms. */
const CLOSE_MS = 1000;

/** How long a request may take to come, with its body, in ms. */
const REQUEST_MS = 60_000;

/** How long a connection may wait for its next request, in ms. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Serves routes over HTTP. With `node:http`: of `Deno.serve` in Deno 2.9 a request does not hear that its client went away, unless its
 * whole body came with its head, and a larger body costs a connection for each request.
 */
export class HttpServer implements Component {
  readonly name = "http server";
  readonly #server: Server;
  /** Ends work under way. */
  readonly #stopping = new AbortController();
  #closed: Promise<void> | undefined;
  #port = 0;

  constructor(private readonly listen: ListenAddress, private readonly routes: readonly HttpRoute[]) {
    const limits = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS };
    this.#server = createServer(limits, (request, response) => void this.#serve(request, response));
  }

  /** The port that it listens on, or did, once started. */
  get port(): number {
    return this.#port;
  }

  /** @throws {MeshError} when the address cannot be listened on */
  async start(): Promise<void> {
    const { host } = this.listen;
    try {
      await (host ? this.#listenOn(host) : this.#listenOnAll());
    } catch (error) {
      throw listenError(this.listen, "--http", error);
    }
    this.#server.on("error", (error) => log.error("the server failed: {error}", { error }));
  }

  /** Takes no new connection, and lets requests under way end, for `ms` at most. */
  async drain(ms: number): Promise<void> {
    if (!this.#server.listening && !this.#closed) return;
    this.#closed ??= new Promise((resolve) => this.#server.close(() => resolve()));
    const timers = [
      setTimeout(() => this.#stopping.abort(new MeshError("UNAVAILABLE", "the agent is stopping")), ms),
      setTimeout(() => this.#server.closeAllConnections(), ms + CLOSE_MS),
    ];
    await this.#closed;
    for (const timer of timers) clearTimeout(timer);
  }

  /** Ends requests under way, which have a second to say so. */
  async stop(): Promise<void> {
    await this.drain(0);
  }

  /** Both address families where there are two. */
  async #listenOnAll(): Promise<void> {
    try {
      await this.#listenOn("::");
    } catch (error) {
      if (/EADDRINUSE/.test(messageOf(error))) throw error;
      await this.#listenOn("0.0.0.0");
    }
  }

  #listenOn(host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.listen.port, host, () => {
        this.#server.off("error", reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A connection that breaks is told of by `close`, too, which is what ends the work.
    const onError = (error: unknown) => log.debug("a connection broke: {error}", { error });
    request.on("error", onError);
    response.on("error", onError);
    await sendAnswer(response, await this.#answer(request, response));
    // The next request on the connection comes after what nobody read of this one.
    if (!request.complete) request.resume();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<HttpAnswer> {
    const url = urlOf(request);
    if (!url) return plainText("bad request", 400);
    const path = url.pathname;
    const query = url.search.slice(1);
    const route = this.routes.find(({ prefix }) => path.startsWith(prefix));
    if (!route) return plainText("not found", 404);
    try {
      return await route.respond(new ServedCall(request, response, { path, query, stopping: this.#stopping.signal }));
    } catch (error) {
      log.error("a request failed: {error}", { error });
      return plainText("internal error", 500);
    }
  }
}

/** Undefined where the target is no URL, or the Host header is no host. */
function urlOf({ url = "", headers }: IncomingMessage): URL | undefined {
  if (!URL.canParse(`http://${headers.host ?? "mesh"}`)) return undefined;
  return URL.parse(url.startsWith("/") ? `http://mesh${url}` : url) ?? undefined;
}
