import type { ListenAddress } from "../config/config.ts";
import { listenError } from "../config/listen_error.ts";
import { MeshError } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { type HttpRoute, ServedCall } from "./http_call.ts";
import { plainText } from "./plain_text.ts";

const log = logger("http");

/** How long connections may stay open after their work was ended, in ms. */
const CLOSE_MS = 1000;

/** Serves routes over HTTP. */
export class HttpServer implements Component {
  readonly name = "http server";
  /** Ends work under way, then connections. */
  readonly #stopping = new AbortController();
  readonly #closing = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  constructor(private readonly listen: ListenAddress, private readonly routes: readonly HttpRoute[]) {}

  /** The port that it listens on, once started. */
  get port(): number {
    return this.#server?.addr.port ?? 0;
  }

  /** @throws {MeshError} when the address cannot be listened on */
  start(): void {
    const { host, port } = this.listen;
    const serve = (hostname: string) =>
      Deno.serve({
        hostname,
        port,
        signal: this.#closing.signal,
        // It would gather the pieces of a stream.
        automaticCompression: false,
        onListen: () => {},
        onError: (error) => {
          if (error instanceof MeshError) log.warn("an answer was broken off: {error}", { error });
          else log.error("a request failed: {error}", { error });
          return new Response("internal error\n", { status: 500 });
        },
      }, (request, info) => this.#respond(request, info));
    try {
      this.#server = host ? serve(host) : this.#serveAll(serve);
    } catch (error) {
      throw listenError(this.listen, "--http", error);
    }
  }

  /** Takes no more requests, and lets those under way end, for `ms` at most. */
  async drain(ms: number): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const timers = [
      setTimeout(() => this.#stopping.abort(new MeshError("UNAVAILABLE", "the agent is stopping")), ms),
      setTimeout(() => this.#closing.abort(), ms + CLOSE_MS),
    ];
    await server.shutdown();
    for (const timer of timers) clearTimeout(timer);
  }

  /** Ends requests under way, which have a second to say so. */
  async stop(): Promise<void> {
    await this.drain(0);
    this.#server = undefined;
  }

  /** Both address families where there are two. */
  #serveAll(serve: (hostname: string) => Deno.HttpServer<Deno.NetAddr>): Deno.HttpServer<Deno.NetAddr> {
    try {
      return serve("::");
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) throw error;
      return serve("0.0.0.0");
    }
  }

  #respond(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Response | Promise<Response> {
    // A request whose Host header is no host has no URL that can be read.
    const url = URL.parse(request.url);
    if (!url) return plainText("bad request", 400);
    const route = this.routes.find(({ prefix }) => url.pathname.startsWith(prefix));
    if (!route) return plainText("not found", 404);
    const { hostname, port } = info.remoteAddr;
    const call = new ServedCall(request, url, `${hostname}:${port}`, this.#stopping.signal);
    const ended = () => call.ended();
    info.completed.then(ended, ended);
    return answer(call, route);
  }
}

async function answer(call: ServedCall, route: HttpRoute): Promise<Response> {
  try {
    return await route.respond(call);
  } finally {
    call.answered();
  }
}
