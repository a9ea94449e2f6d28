import { createHash } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import { CannedAgent, type CannedAnswers, Failure } from "../canned_agent.ts";
import { type Outcome, runHere } from "../cli_harness.ts";

const DEVICE = "3f2a9c10-0000-4000-8000-000000000001";

/** A file of the device of a test. */
export interface CannedFile {
  readonly text: string;
  /** What the device says of it; by default what is so. */
  readonly sha256?: string;
  readonly etag?: string;
  /** Unix time in ms. */
  readonly modifiedAt?: number;
}

/** How the device's HTTP server answers: what is undefined, it answers by itself. */
export type Serving = (request: Request, path: string, file: CannedFile) => Response | Promise<Response> | undefined;

export interface CannedDeviceOptions {
  /** By their paths, as the device lists them. */
  readonly files: Record<string, CannedFile | string>;
  readonly folders?: readonly string[];
  readonly serve?: Serving;
  /** Where it says that its HTTP server is; by default where it is. Then the bytes come by way of the agent. */
  readonly httpAddr?: string;
  readonly answers?: CannedAnswers;
}

/** An agent for tests that has files, and says of them what a test wants: the device `desktop`, and its HTTP server. */
export class CannedDevice implements AsyncDisposable {
  /** Requests that its HTTP server had, with their `Range`. */
  readonly requests: { readonly path: string; readonly range: string; readonly relayed: boolean }[] = [];
  readonly files: Map<string, CannedFile>;
  agent!: CannedAgent;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(private readonly options: CannedDeviceOptions) {
    this.files = new Map(
      Object.entries(options.files).map(([path, file]) => [path, typeof file === "string" ? { text: file } : file]),
    );
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#serve(request),
    );
  }

  static async start(options: CannedDeviceOptions): Promise<CannedDevice> {
    const device = new CannedDevice(options);
    device.agent = await CannedAgent.start({
      ListDevices: () => ({ devices: [{ device_id: DEVICE, device_name: "desktop" }] }),
      ListFiles: (request) => device.#list(request.path),
      OpenDownload: (request) => device.#open(request.path),
      FileDigest: (request) => {
        const file = device.files.get(request.path);
        return file ? { sha256: file.sha256 ?? sha256Of(file.text), etag: etagOf(file) } : NONE;
      },
      ...options.answers,
    });
    return device;
  }

  get http(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  /** Runs a command line against it. */
  run(command: string, ...args: string[]): Promise<Outcome> {
    return runHere(this.line(command, ...args));
  }

  line(command: string, ...args: string[]): string[] {
    return [command, "--server", this.agent.address, "--key", "right", ...args];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
    await this.#server.shutdown();
  }

  #list(asked: string) {
    const under = (path: string) => asked === "" || path === asked || path.startsWith(`${asked}/`);
    const folders = (this.options.folders ?? []).map((path) => ({ path, is_folder: true }));
    const files = [...this.files].map(([path, file]) => ({
      path,
      size_bytes: new TextEncoder().encode(file.text).length,
      modified_at: file.modifiedAt ?? 0,
    }));
    // What a device lists is its own choice: these paths are as the test has them.
    return { entries: [...folders, ...files].filter(({ path }) => under(path)) };
  }

  #open(path: string) {
    const file = this.files.get(path);
    if (!file) return NONE;
    const token = encodeURIComponent(path);
    const ticket = { token: `direct-${token}`, size_bytes: new TextEncoder().encode(file.text).length };
    return {
      ticket,
      http_addr: this.options.httpAddr ?? this.http,
      relay_token: `relay-${token}`,
      relay_addr: this.http,
      etag: etagOf(file),
      modified_at: file.modifiedAt ?? 0,
      device_id: DEVICE,
      device_name: "desktop",
    };
  }

  async #serve(request: Request): Promise<Response> {
    const [, way = "", token = ""] = /\/bulk\/download\/(direct|relay)-(.*)$/.exec(new URL(request.url).pathname) ?? [];
    const path = decodeURIComponent(decodeURIComponent(token));
    const file = this.files.get(path);
    if (!file) return new Response("invalid or expired token\n", { status: 403 });
    const range = request.headers.get("range") ?? "";
    this.requests.push({ path, range, relayed: way === "relay" });
    return await this.options.serve?.(request, path, file) ?? whole(file, range);
  }
}

const NONE = new Failure(grpc.status.NOT_FOUND, "path: there is no such file");

function whole(file: CannedFile, range: string): Response {
  const bytes = new TextEncoder().encode(file.text);
  const begin = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
  const headers = { etag: etagOf(file), "content-range": `bytes ${begin}-${bytes.length - 1}/${bytes.length}` };
  if (begin === 0) return new Response(bytes, { headers: { etag: etagOf(file) } });
  return new Response(bytes.subarray(begin), { status: 206, headers });
}

function etagOf(file: CannedFile): string {
  return file.etag ?? '"a"';
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
