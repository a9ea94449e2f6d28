import { HttpExchange, type IncomingRequest } from "./http_exchange.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Larger requests end the connection. */
const REQUEST_BYTES = 64 * 1024 * 1024;

/**
 * A small HTTP/1.1 server on loopback that a test controls to the byte: it notices at once when a client closes its
 * connection, can break off in the middle of an answer, and can die and come back on its port.
 */
export class StandInHttpServer {
  readonly #respond: (exchange: HttpExchange) => Promise<void>;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #serving = new Set<Promise<void>>();
  #listener: Deno.TcpListener | undefined;
  #port = 0;
  #accepted = 0;

  readonly #onConnections: () => void;

  /** @param onConnections called when a connection was opened or closed */
  constructor(respond: (exchange: HttpExchange) => Promise<void>, onConnections: () => void) {
    this.#respond = respond;
    this.#onConnections = onConnections;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Connections that were accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#connections.size;
  }

  /** @param port 0 = a free one, or the one that it had before */
  start(port = 0): void {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: port || this.#port });
    this.#port = this.#listener.addr.port;
    this.#track(this.#accept(this.#listener));
  }

  /** As when the process is killed: every connection is closed at once. */
  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    for (const connection of this.#connections) close(connection);
    while (this.#serving.size > 0) await Promise.all(this.#serving);
  }

  #track(serving: Promise<void>): void {
    this.#serving.add(serving);
    void serving.finally(() => this.#serving.delete(serving));
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const connection of listener) {
        connection.setNoDelay(true);
        this.#accepted += 1;
        this.#connections.add(connection);
        this.#onConnections();
        this.#track(this.#serve(connection));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const input = new ConnectionInput(connection);
    try {
      for (;;) {
        const request = await input.request();
        if (!request) return;
        const exchange = new HttpExchange(connection, request);
        input.whenEnded(() => exchange.leave());
        await this.#answer(exchange);
        if (!exchange.reusable) return;
      }
    } finally {
      this.#connections.delete(connection);
      close(connection);
      this.#onConnections();
      await input.ended;
    }
  }

  async #answer(exchange: HttpExchange): Promise<void> {
    try {
      await this.#respond(exchange);
    } catch (error) {
      // A client that is gone cannot be answered; anything else is a fault of the test.
      if (!exchange.gone.aborted) {
        exchange.cut();
        throw error;
      }
    }
    if (!exchange.ended) exchange.cut();
  }
}

/** What comes in on a connection. It reads all the time, so that the end is seen while an answer is under way. */
class ConnectionInput {
  readonly ended: Promise<void>;
  readonly #connection: Deno.Conn;
  #bytes = new Uint8Array(0);
  #isEnded = false;
  #wake: (() => void) | undefined;
  #onEnd: (() => void) | undefined;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.ended = this.#read();
  }

  /** Calls when the client closes the connection, or at once where it has. Replaces the one before. */
  whenEnded(onEnd: () => void): void {
    this.#onEnd = onEnd;
    if (this.#isEnded) onEnd();
  }

  /** The next request, or null when the client has closed the connection. */
  async request(): Promise<IncomingRequest | null> {
    const headEnd = await this.#until(() => indexOfBlankLine(this.#bytes));
    if (headEnd < 0) return null;
    const [first = "", ...lines] = decoder.decode(this.#bytes.subarray(0, headEnd)).split("\r\n");
    const [method = "", target = "/"] = first.split(" ");
    const headers = new Map(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }));
    if (headers.get("expect")?.toLowerCase() === "100-continue") {
      await this.#connection.write(encoder.encode("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    const bodyStart = headEnd + 4;
    const length = Number(headers.get("content-length") ?? 0);
    if (length > REQUEST_BYTES || headers.has("transfer-encoding")) return null;
    if (await this.#until(() => this.#bytes.length >= bodyStart + length ? 0 : -1) < 0) return null;
    const body = decoder.decode(this.#bytes.subarray(bodyStart, bodyStart + length));
    this.#bytes = this.#bytes.slice(bodyStart + length);
    return { method, path: target.split("?")[0] ?? "/", headers, body };
  }

  async #until(found: () => number): Promise<number> {
    for (;;) {
      const at = found();
      if (at >= 0 || this.#isEnded) return at;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(64 * 1024);
    for (;;) {
      const count = await this.#connection.read(chunk).catch(() => null);
      if (count === null || this.#bytes.length + count > 2 * REQUEST_BYTES) break;
      const joined = new Uint8Array(this.#bytes.length + count);
      joined.set(this.#bytes);
      joined.set(chunk.subarray(0, count), this.#bytes.length);
      this.#bytes = joined;
      this.#wake?.();
    }
    this.#isEnded = true;
    this.#wake?.();
    this.#onEnd?.();
  }
}

function indexOfBlankLine(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return -1;
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
