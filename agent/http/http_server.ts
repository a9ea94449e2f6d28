import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ListenAddress } from "../config/config.ts";
import { listenError } from "../config/listen_error.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { refuseUnreadable } from "./bad_request.ts";
import { limitBodyTime } from "./body_time.ts";
import { CONNECTION_LIMITS, ConnectionCount, type ConnectionLimits, type ReachedLimit } from "./connection_limit.ts";
import { type HttpAnswer, type HttpRoute, plainText } from "./http_call.ts";
import { sendAnswer } from "./send_answer.ts";
import { ServedCall } from "./served_call.ts";

const log = logger("http");

/** How long connections may stay open after their work was ended, in ms. */
const CLOSE_MS = 1000;

/** The largest head of a request, in bytes: a session, a ticket and what browsers send take a tenth of it. */
const MAX_HEAD_BYTES = 16_384;

/** How long a connection may wait for its next request, in ms. */
const KEEP_ALIVE_MS = 65_000;

/** How often connections are looked at that say too little, in ms. */
const LOOK_MS = 1000;

const STOPPING = "the agent is stopping";

/** Times that clients are given, in ms. */
export interface HttpTimes {
  /** For the head of a request, from its first byte on, or from the opening of the connection. */
  readonly headMs: number;
  /** For the body: all of it, or of a route with `longBodies` its next piece. */
  readonly bodyMs: number;
}

const TIMES: HttpTimes = { headMs: 10_000, bodyMs: 60_000 };

/** Hears what is served and what is refused. */
export interface HttpObserver {
  /**
   * @param prefix of the route; empty where there is none
   * @param ms from the request's head to the end of its answer
   */
  answered(prefix: string, status: number, ms: number): void;
  /** A connection that was too many, or a request that could not be read, with the status that it was answered. */
  refused(what: ReachedLimit | number): void;
}

export interface HttpServerOptions {
  readonly observer?: HttpObserver | undefined;
  readonly limits?: ConnectionLimits;
  readonly times?: HttpTimes;
}

/**
 * Serves routes over HTTP. With `node:http`: of `Deno.serve` in Deno 2.9 a request does not hear that its client went away, unless its
 * whole body came with its head, and a larger body costs a connection for each request.
 */
export class HttpServer implements Component {
  readonly name = "http server";
  readonly #server: Server;
  readonly #connections: ConnectionCount;
  readonly #observer: HttpObserver | undefined;
  readonly #times: HttpTimes;
  /** Ends work under way. */
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<ServerResponse>();
  /** Answers by their connection, until they are sent. */
  readonly #answers = new WeakMap<Socket, ServerResponse>();
  /** Connections on which something came that is no request. */
  readonly #unreadable = new WeakSet<Socket>();
  #idle: (() => void) | undefined;
  #isRefusing = false;
  #closed: Promise<void> | undefined;
  #port = 0;

  constructor(
    private readonly listen: ListenAddress,
    private readonly routes: readonly HttpRoute[],
    { observer, limits = CONNECTION_LIMITS, times = TIMES }: HttpServerOptions = {},
  ) {
    this.#observer = observer;
    this.#times = times;
    this.#connections = new ConnectionCount(limits);
    this.#server = createServer({
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: times.headMs,
      // How long a body may take is for its route to say.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(LOOK_MS, times.headMs),
    }, (request, response) => void this.#serve(request, response));
    this.#server.on("connection", (socket) => this.#admit(socket));
    this.#server.on("clientError", (error, socket: Socket) => {
      // It is told of with each piece that still comes on the connection.
      if (this.#unreadable.has(socket)) return;
      this.#unreadable.add(socket);
      const answer = this.#answers.get(socket);
      const status = refuseUnreadable(error, socket, answer !== undefined && !answer.writableFinished);
      if (status > 0) observer?.refused(status);
    });
  }

  /** The port that it listens on, or did, once started. */
  get port(): number {
    return this.#port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#connections.all;
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

  /** Refuses new requests, but for routes that are served while it stops, and lets those under way end, for `ms` at most. */
  async drain(ms: number): Promise<void> {
    this.#isRefusing = true;
    if (this.#underWay.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    const timers = [setTimeout(() => this.#endWork(), ms), setTimeout(resolve, ms + CLOSE_MS)];
    await promise;
    for (const timer of timers) clearTimeout(timer);
  }

  /** Takes no new connection, and ends requests under way, which have a second to say so. */
  async stop(): Promise<void> {
    if (!this.#server.listening && !this.#closed) return;
    this.#isRefusing = true;
    this.#closed ??= new Promise((resolve) => this.#server.close(() => resolve()));
    this.#endWork();
    const timer = setTimeout(() => this.#server.closeAllConnections(), CLOSE_MS);
    await this.#closed;
    clearTimeout(timer);
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

  #endWork(): void {
    this.#stopping.abort(new MeshError("UNAVAILABLE", STOPPING));
  }

  #admit(socket: Socket): void {
    const { remoteAddress = "" } = socket;
    const reached = this.#connections.begin(remoteAddress);
    if (!reached) return void socket.once("close", () => this.#connections.end(remoteAddress));
    this.#observer?.refused(reached);
    socket.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    // A connection that breaks is told of by `close`, too, which is what ends the work.
    const onError = (error: unknown) => log.debug("a connection broke: {error}", { error });
    request.on("error", onError);
    response.on("error", onError);
    const url = urlOf(request);
    const route = url && this.routes.find(({ prefix }) => url.pathname.startsWith(prefix));
    limitBodyTime(request, this.#times.bodyMs, route?.longBodies ?? false);
    this.#underWay.add(response);
    this.#answers.set(request.socket, response);
    const answer = await this.#answer(request, response, url, route);
    await sendAnswer(response, answer);
    this.#underWay.delete(response);
    if (this.#underWay.size === 0) this.#idle?.();
    this.#observer?.answered(route?.prefix ?? "", answer.status, performance.now() - began);
    // The next request on the connection comes after what nobody read of this one.
    if (!request.complete) request.resume();
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL | undefined,
    route: HttpRoute | undefined,
  ): Promise<HttpAnswer> {
    if (!url) return plainText("bad request", 400);
    if (!route) return plainText("not found", 404);
    if (this.#isRefusing && !route.whileStopping) {
      return plainText(STOPPING, 503, { connection: "close" });
    }
    const { pathname: path, search } = url;
    try {
      const of = { path, query: search.slice(1), stopping: this.#stopping.signal };
      return await route.respond(new ServedCall(request, response, of));
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
