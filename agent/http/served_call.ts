import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { MeshError } from "../core/errors.ts";
import type { HttpCall } from "./http_call.ts";

/** A request that came over HTTP, from its head to the end of its answer. */
export class ServedCall implements HttpCall {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly peer: string;
  readonly #controller = new AbortController();

  constructor(
    private readonly request: IncomingMessage,
    answer: ServerResponse,
    options: { readonly path: string; readonly query: string; readonly stopping: AbortSignal },
  ) {
    const { path, query, stopping } = options;
    const { remoteAddress = "", remotePort = 0 } = request.socket;
    this.method = request.method ?? "";
    this.path = path;
    this.query = query;
    this.peer = `${remoteAddress}:${remotePort}`;
    const onStop = () => this.#controller.abort(stopping.reason);
    stopping.addEventListener("abort", onStop);
    if (stopping.aborted) onStop();
    answer.once("close", () => {
      stopping.removeEventListener("abort", onStop);
      if (!answer.writableFinished) this.#controller.abort(new MeshError("CANCELLED", "the client went away"));
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  header(name: string): string {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value ?? "";
  }

  async *pieces(): AsyncGenerator<Uint8Array, void, void> {
    try {
      // Whoever stops taking them still has to be answered.
      yield* this.request.iterator({ destroyOnReturn: false });
    } catch (cause) {
      throw new MeshError("CANCELLED", "the client went away", { cause });
    }
  }

  body(maxBytes: number): Promise<Uint8Array | undefined> {
    if (Number(this.header("content-length")) > maxBytes) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      this.request.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxBytes) return void chunks.push(chunk);
        // The rest is thrown away as it comes.
        chunks.length = 0;
        resolve(undefined);
      });
      this.request.once("end", () => resolve(Buffer.concat(chunks)));
      this.request.once("close", () => reject(new MeshError("CANCELLED", "the client went away")));
    });
  }
}
