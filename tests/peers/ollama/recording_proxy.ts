import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that went through, and what was answered to it so far. */
export interface Recorded {
  readonly path: string;
  /** As it was sent. */
  asked: string;
  answered: string;
  /** Whether it was answered to its end. */
  isWhole: boolean;
}

/** What Ollama says of a generation in the last line of its answer; it leaves out what is 0. */
export interface OllamaCounts {
  readonly done: boolean;
  readonly done_reason?: string;
  readonly load_duration?: number;
  readonly prompt_eval_count?: number;
  readonly prompt_eval_duration?: number;
  readonly eval_count?: number;
  readonly eval_duration?: number;
}

/** An HTTP proxy in front of a model server, on a free loopback port, that remembers what was said. */
export class RecordingProxy implements AsyncDisposable {
  readonly recorded: Recorded[] = [];
  readonly #server: Server;

  private constructor(private readonly target: string) {
    this.#server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing));
  }

  /** @param target URL without a slash at its end */
  static async start(target: string): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    // It listens on TCP.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Generations, oldest first. */
  get generations(): Recorded[] {
    return this.recorded.filter(({ path }) => path === "/api/generate" || path === "/api/chat");
  }

  /** What the server counted of each generation that ended, oldest first. */
  get counted(): OllamaCounts[] {
    const lines = this.generations.flatMap(({ answered }) => answered.trim().split("\n"));
    return lines.filter((line) => line.includes('"done":true')).map((line) => JSON.parse(line));
  }

  /** Of the latest that ended. @throws {Error} when none did */
  get counts(): OllamaCounts {
    const last = this.counted.at(-1);
    if (!last) throw new Error("no generation has ended");
    return last;
  }

  /** What the server said in the latest generation. */
  get said(): string {
    const lines = (this.generations.at(-1)?.answered ?? "").split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line)).map(({ response, message }) => response ?? message?.content ?? "")
      .join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = incoming.url ?? "/";
    const record: Recorded = { path, asked: "", answered: "", isWhole: false };
    this.recorded.push(record);
    const { host: _, ...headers } = incoming.headers;
    const passed = request(this.target + path, { method: incoming.method ?? "GET", headers, agent: false });
    incoming.setEncoding("utf8").on("data", (text: string) => {
      record.asked += text;
      passed.write(text);
    });
    incoming.on("end", () => passed.end());
    passed.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.setEncoding("utf8").on("data", (text: string) => {
        record.answered += text;
        outgoing.write(text);
      });
      answer.on("end", () => {
        record.isWhole = answer.complete;
        if (answer.complete) outgoing.end();
        else outgoing.destroy();
      });
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
  }
}
