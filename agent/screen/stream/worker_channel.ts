import { MeshError } from "../../core/errors.ts";
import type { FromWorker, WorkerEvent, WorkerReply, WorkerRequest, WorkerSettings } from "./worker_messages.ts";

/** From source the worker is a TypeScript module; bundled it lies beside the program as JavaScript. */
const WORKER_URL = new URL(
  import.meta.url.endsWith(".ts") ? "./screen_worker.ts" : "./screen_worker.js",
  import.meta.url,
);

/** A worker that has not said anything in so many looks, of which there is one each `lookMs`, hangs. */
const SILENT_LOOKS = 3;
const LOOK_MS = 5000;
/** Before its first word it loads its modules, which may take so long on a busy machine, in ms. */
const LOADING_MS = 60_000;
/** How long a worker may take to give everything back before it is ended all the same, in ms. */
const CLOSE_MS = 800;

export interface ChannelOptions {
  readonly settings: WorkerSettings;
  readonly onEvent: (event: WorkerEvent) => void;
  /** Once, however it ended: nothing can be asked any more. */
  readonly onEnded: (reason: string) => void;
  /** The module of the worker; another one in tests. */
  readonly module?: URL | undefined;
  readonly lookMs?: number | undefined;
}

/** Requests to the screen worker, and its events. */
export class WorkerChannel {
  readonly #options: ChannelOptions;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (reply: WorkerReply) => void>();
  readonly #watch: ReturnType<typeof setInterval>;
  /** Below 0 until its first word. */
  #silentLooks: number;
  #nextId = 0;
  /** Why nothing can be asked any more. */
  #ended: string | undefined;

  /** @throws when the system has no room for another thread */
  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#worker = new Worker(options.module ?? WORKER_URL, { type: "module", name: "edgemesh screen" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#heard(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(`the screen worker failed: ${event.message}`);
    };
    this.#worker.onmessageerror = () => this.#end("the screen worker sent what cannot be read");
    this.#worker.postMessage({ settings: options.settings });
    const { lookMs = LOOK_MS } = options;
    this.#silentLooks = -LOADING_MS / lookMs;
    this.#watch = setInterval(() => this.#look(), lookMs);
  }

  /** @throws {MeshError} the worker's failure; `UNAVAILABLE` when it ends meanwhile */
  async ask(request: WorkerRequest): Promise<WorkerReply> {
    const reply = await this.#send(request);
    if (reply.failure) throw new MeshError(reply.failure.code, reply.failure.message);
    return reply;
  }

  /** Has the worker end its streams and give everything back, then ends it. Idempotent. */
  async close(reason: string): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, CLOSE_MS));
    await Promise.race([this.#send({ op: "close", reason }), late]);
    clearTimeout(timer);
    this.#end(reason);
  }

  #send(request: WorkerRequest): Promise<WorkerReply> {
    if (this.#ended !== undefined) return Promise.resolve(gone(this.#ended));
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, request });
    });
  }

  #heard(message: FromWorker): void {
    this.#silentLooks = 0;
    if ("event" in message) return this.#options.onEvent(message.event);
    this.#waiting.get(message.id)?.(message.reply);
    this.#waiting.delete(message.id);
  }

  #look(): void {
    if (++this.#silentLooks > SILENT_LOOKS) this.#end("the screen worker hung");
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearInterval(this.#watch);
    this.#worker.terminate();
    for (const settle of this.#waiting.values()) settle(gone(reason));
    this.#waiting.clear();
    this.#options.onEnded(reason);
  }
}

function gone(reason: string): WorkerReply {
  return { failure: { code: "UNAVAILABLE", message: `The screen cannot be shown now: ${reason}` } };
}
