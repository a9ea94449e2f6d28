import { MeshError } from "../../core/errors.ts";
import { HttpServer } from "../http_server.ts";
import { FakeModels } from "./fake_models.ts";
import { OpenAiApi } from "./openai_api.ts";

/** The key that the rig's API asks for. */
export const KEY = "mesh key";

/** The API over real HTTP, with models that do what a test says. */
export class ApiRig implements AsyncDisposable {
  readonly models = new FakeModels();
  readonly server: HttpServer;
  /** Who was let in, or not, in order. */
  readonly seen: { readonly token: string; readonly peer: string }[] = [];

  private constructor() {
    const gate = {
      requireBearer: (token: string, peer: string) => {
        this.seen.push({ token, peer });
        if (token !== KEY) throw new MeshError("UNAUTHENTICATED", "wrong mesh key");
        return { clientName: "" };
      },
    };
    this.server = new HttpServer({ host: "127.0.0.1", port: 0 }, [new OpenAiApi({ models: this.models, gate })]);
  }

  static async start(): Promise<ApiRig> {
    const rig = new ApiRig();
    await rig.server.start();
    return rig;
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { ...init, headers: { authorization: `Bearer ${KEY}`, ...init.headers } });
  }

  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    return this.fetch(path, { method: "POST", body: JSON.stringify(body), ...init });
  }

  /** Sends a request over a connection of its own, which the test reads and closes. */
  async connect(path: string, body: unknown): Promise<RawConnection> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.server.port });
    const text = JSON.stringify(body);
    const head = [
      `POST ${path} HTTP/1.1`,
      "host: mesh",
      `authorization: Bearer ${KEY}`,
      `content-length: ${new TextEncoder().encode(text).length}`,
      "",
      "",
    ];
    const bytes = new TextEncoder().encode(head.join("\r\n") + text);
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    return new RawConnection(connection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

/** A connection of which every byte counts. */
export class RawConnection implements Disposable {
  received = "";
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(65_536);

  constructor(private readonly connection: Deno.TcpConn) {}

  /** Reads until a text has come. @throws {Error} when the connection ends before */
  async until(text: string): Promise<string> {
    while (!this.received.includes(text)) {
      const size = await this.connection.read(this.#buffer);
      if (size === null) throw new Error(`the connection ended before ${JSON.stringify(text)}: ${this.received}`);
      this.received += this.#decoder.decode(this.#buffer.subarray(0, size), { stream: true });
    }
    return this.received;
  }

  close(): void {
    this.connection.close();
  }

  [Symbol.dispose](): void {
    try {
      this.connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** The data of all events of a stream, in order. */
export async function eventsOf(response: Response): Promise<string[]> {
  return (await response.text()).split("\n\n").filter((part) => part.startsWith("data: ")).map((part) => part.slice(6));
}
