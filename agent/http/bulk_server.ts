import type { ListenAddress } from "../config/config.ts";
import { listenError } from "../config/listen_error.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";

const log = logger("http");

/** How long connections may stay open at the end, in ms. */
const CLOSE_MS = 1000;

/**
 * The bulk HTTP server. It serves no file yet: no ticket can be made, so every token is invalid, and it says so as the
 * specification asks.
 */
export class BulkServer implements Component {
  readonly name = "http server";
  readonly #abort = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  constructor(private readonly listen: ListenAddress) {}

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
        signal: this.#abort.signal,
        onListen: () => {},
        onError: (error) => {
          log.error("a request failed: {error}", { error });
          return new Response("internal error\n", { status: 500 });
        },
      }, respond);
    try {
      this.#server = host ? serve(host) : this.#serveAll(serve);
    } catch (error) {
      throw listenError(this.listen, "--http", error);
    }
  }

  /** Lets requests under way end, for a second at most. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const timer = setTimeout(() => this.#abort.abort(), CLOSE_MS);
    await server.shutdown();
    clearTimeout(timer);
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
}

const DOWNLOADS = "/bulk/download/";

function respond(request: Request): Response {
  // A request whose Host header is no host has no URL that can be read.
  if (!URL.canParse(request.url)) return text("bad request", 400);
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(DOWNLOADS)) return text("not found", 404);
  if (request.method !== "GET") return text("method not allowed", 405, { allow: "GET" });
  if (pathname === DOWNLOADS) return text("missing token", 400);
  return text("invalid or expired token", 403);
}

function text(message: string, status: number, headers: Record<string, string> = {}): Response {
  return new Response(message + "\n", { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}
