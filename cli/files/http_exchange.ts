import { formatAddress, type HostPort } from "../../agent/config/address.ts";
import { MeshError, messageOf } from "../../agent/core/errors.ts";

/** The longest head of an answer, in bytes. */
const MAX_HEAD_BYTES = 16 * 1024;

/** How often it is looked whether the other side still does something, in ms. */
const LOOK_MS = 1000;

/** A device that sends or takes nothing for so long is gone, in ms. */
const STALL_MS = 60_000;

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** How long the connection may take to be made, in ms. */
  readonly connectMs: number;
  readonly stallMs?: number;
}

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * One request to a device's HTTP server, and its answer, on a connection of its own. The runtime's `fetch` asks a proxy for the web
 * where one is set, which knows no devices; and it copies every piece, where this one reads into the caller's memory.
 */
export class HttpExchange implements Disposable {
  readonly #stall: ReturnType<typeof setInterval>;
  readonly #onAbort = () => this.#close();
  #lastMs = performance.now();
  #stalled = false;
  #closed = false;
  /** What came with the head and has not been read. */
  #early: Uint8Array = new Uint8Array();
  /** Bytes of the body that are still to come. */
  #left = Infinity;

  private constructor(
    private readonly connection: Deno.TcpConn,
    private readonly place: HostPort,
    private readonly options: ExchangeOptions,
  ) {
    const { signal, stallMs = STALL_MS } = options;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#stall = setInterval(() => {
      if (performance.now() - this.#lastMs < stallMs) return;
      this.#stalled = true;
      this.#close();
    }, Math.min(LOOK_MS, stallMs));
  }

  /** @throws {MeshError} UNAVAILABLE, with why nothing is reached there */
  static async open(place: HostPort, options: ExchangeOptions): Promise<HttpExchange> {
    const { signal, connectMs } = options;
    signal.throwIfAborted();
    const gaveUp = Promise.withResolvers<never>();
    const timer = setTimeout(() => gaveUp.reject(new Error(`no answer within ${connectMs / 1000} s`)), connectMs);
    const onAbort = () => gaveUp.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const connecting = Deno.connect({ hostname: place.host, port: place.port });
    try {
      return new HttpExchange(await Promise.race([connecting, gaveUp.promise]), place, options);
    } catch (error) {
      // One that comes after giving up is closed, too.
      connecting.then((connection) => connection.close(), () => {});
      signal.throwIfAborted();
      const reason = error instanceof Deno.errors.ConnectionRefused ? "connection refused" : messageOf(error);
      throw new MeshError("UNAVAILABLE", `${formatAddress(place)}: ${reason.replace(/ \(os error \d+\)/, "")}`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Sends the head of a request. Whatever body it has follows by `write`. */
  async request(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const lines = Object.entries({ host: formatAddress(this.place), connection: "close", ...headers })
      .map(([name, value]) => `${name}: ${value}`);
    if (lines.some((line) => /[\r\n]/.test(line))) throw new MeshError("INTERNAL", "a header has a line end in it");
    await this.write(new TextEncoder().encode([`${method} ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n")));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#guarded(() => this.connection.write(rest)));
    }
  }

  /** Reads the head of the answer. */
  async head(): Promise<AnswerHead> {
    for (;;) {
      const { status, headers } = await this.#oneHead();
      if (status >= 100 && status < 200) continue;
      const length = headers.get("content-length");
      if (length !== null) this.#left = Number(length);
      if (headers.has("transfer-encoding") || !(this.#left >= 0)) throw this.#foreign();
      return { status, headers };
    }
  }

  /**
   * Reads some of the answer's body.
   *
   * @returns how many bytes; 0 after the last one
   * @throws {MeshError} UNAVAILABLE where the connection ends before that
   */
  async read(buffer: Uint8Array): Promise<number> {
    if (this.#left === 0) return 0;
    const wanted = buffer.subarray(0, Math.min(buffer.length, this.#left));
    const count = await this.#some(wanted);
    if (count === 0 && this.#left !== Infinity) throw this.#lost("the connection ended");
    this.#left -= count;
    return count;
  }

  /** The answer's body as text, at most its first 1000 bytes. */
  async text(): Promise<string> {
    const buffer = new Uint8Array(1000);
    let filled = 0;
    for (;;) {
      const count = await this.read(buffer.subarray(filled));
      filled += count;
      if (count === 0 || filled === buffer.length) return new TextDecoder().decode(buffer.subarray(0, filled));
    }
  }

  [Symbol.dispose](): void {
    this.#close();
  }

  async #oneHead(): Promise<AnswerHead> {
    const buffer = new Uint8Array(MAX_HEAD_BYTES);
    for (let filled = 0;;) {
      const count = await this.#some(buffer.subarray(filled));
      if (count === 0) throw filled < buffer.length ? this.#lost("the connection ended") : this.#foreign();
      filled += count;
      const text = latin1(buffer.subarray(0, filled));
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) continue;
      this.#early = buffer.slice(end + 4, filled);
      return this.#parsed(text.slice(0, end));
    }
  }

  #parsed(text: string): AnswerHead {
    const [first = "", ...lines] = text.split("\r\n");
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1];
    if (status === undefined) throw this.#foreign();
    const headers = new Headers();
    for (const line of lines) {
      const colon = line.indexOf(":");
      try {
        headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
      } catch {
        throw this.#foreign();
      }
    }
    return { status: Number(status), headers };
  }

  async #some(buffer: Uint8Array): Promise<number> {
    if (this.#early.length === 0) return await this.#guarded(() => this.connection.read(buffer)) ?? 0;
    const taken = this.#early.subarray(0, buffer.length);
    buffer.set(taken);
    this.#early = this.#early.subarray(taken.length);
    return taken.length;
  }

  async #guarded<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      const result = await act();
      this.#lastMs = performance.now();
      return result;
    } catch (error) {
      this.options.signal.throwIfAborted();
      const { stallMs = STALL_MS } = this.options;
      throw this.#lost(this.#stalled ? `nothing moved for ${stallMs / 1000} s` : "the connection was lost", error);
    }
  }

  #lost(reason: string, cause?: unknown): MeshError {
    return new MeshError("UNAVAILABLE", `${formatAddress(this.place)}: ${reason}`, { cause });
  }

  #foreign(): MeshError {
    return this.#lost("it does not answer as an agent does");
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#stall);
    this.options.signal.removeEventListener("abort", this.#onAbort);
    this.connection.close();
  }
}

/** Bytes as HTTP's heads mean them, one a character. */
function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
