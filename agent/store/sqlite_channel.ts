import type { Reply, Request } from "./sqlite_messages.ts";

/** From source the worker is a TypeScript module; bundled it lies beside the program as JavaScript. */
const WORKER_URL = new URL(
  import.meta.url.endsWith(".ts") ? "./sqlite_worker.ts" : "./sqlite_worker.js",
  import.meta.url,
);

/** Requests to the one thread that owns the file. It answers them in the order in which they were made. */
export class SqliteChannel {
  readonly #worker = new Worker(WORKER_URL, { type: "module", name: "edgemesh store" });
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #nextId = 0;
  /** Why no request can be answered any more. */
  #ended: Reply | undefined;

  constructor() {
    this.#worker.onmessage = (event: MessageEvent<{ id: number; reply: Reply }>) => {
      const { id, reply } = event.data;
      const settle = this.#waiting.get(id);
      this.#waiting.delete(id);
      settle?.(reply);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(`its worker ended: ${event.message}`);
    };
    this.#worker.onmessageerror = () => this.#end("its worker sent what cannot be read");
  }

  /** Never rejects: what goes wrong is the reply's `failure`. */
  ask(request: Request): Promise<Reply> {
    if (this.#ended) return Promise.resolve(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      try {
        this.#worker.postMessage({ id, request });
      } catch (error) {
        this.#waiting.delete(id);
        resolve({ failure: { kind: "other", message: error instanceof Error ? error.message : String(error) } });
      }
    });
  }

  /** Ends the thread; whatever still waits for an answer is told so. */
  end(): void {
    this.#end("it was closed");
  }

  #end(reason: string): void {
    this.#ended ??= { failure: { kind: "other", message: reason } };
    this.#worker.terminate();
    for (const settle of this.#waiting.values()) settle(this.#ended);
    this.#waiting.clear();
  }
}
