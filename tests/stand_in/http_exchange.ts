const encoder = new TextEncoder();

/** A request as it came in. */
export interface IncomingRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

/** One request and its answer on a connection, with full control of what goes over the wire and when. */
export class HttpExchange {
  readonly #conn: Deno.Conn;
  readonly #gone = new AbortController();
  #head: string | undefined;
  #state: "waiting" | "begun" | "ended" | "cut" = "waiting";

  constructor(conn: Deno.Conn, readonly request: IncomingRequest) {
    this.#conn = conn;
  }

  /** Aborts when the client closed the connection, or the server stopped, before the answer had ended. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Whether the answer was sent to its end. */
  get ended(): boolean {
    return this.#state === "ended";
  }

  /** Whether the connection can carry another request. */
  get reusable(): boolean {
    return this.ended && this.request.headers.get("connection")?.toLowerCase() !== "close";
  }

  /** The whole answer at once. */
  async respond(status: number, contentType: string, body: string): Promise<void> {
    const bytes = encoder.encode(body);
    const head = `${statusLine(status)}Content-Type: ${contentType}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
    await this.#write(join(encoder.encode(head), bytes));
    this.#end();
  }

  /** Begins an answer that comes in chunks. Its head goes out with the first of them. */
  begin(status: number, contentType: string): void {
    this.#head = `${statusLine(status)}Content-Type: ${contentType}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    this.#state = "begun";
  }

  get begun(): boolean {
    return this.#state !== "waiting";
  }

  /** Sends text as one chunk, at once. */
  async write(text: string): Promise<void> {
    const bytes = encoder.encode(text);
    const head = this.#head ?? "";
    this.#head = undefined;
    await this.#write(join(encoder.encode(`${head}${bytes.length.toString(16)}\r\n`), bytes, encoder.encode("\r\n")));
  }

  /** Ends an answer that came in chunks. */
  async end(): Promise<void> {
    const head = this.#head ?? "";
    this.#head = undefined;
    await this.#write(encoder.encode(`${head}0\r\n\r\n`));
    this.#end();
  }

  /** Closes the connection in the middle of the answer. */
  cut(): void {
    if (this.#state === "ended" || this.#state === "cut") return;
    this.#state = "cut";
    this.#close();
  }

  /** Says that the client is gone. No effect once the answer has ended. */
  leave(): void {
    if (this.#state === "ended" || this.#state === "cut") return;
    this.#gone.abort(new Error("the client closed its connection"));
  }

  #end(): void {
    if (this.#state !== "cut") this.#state = "ended";
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  #close(): void {
    try {
      this.#conn.close();
    } catch (error) {
      // The client was quicker.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\nDate: ${new Date().toUTCString()}\r\n`;
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
