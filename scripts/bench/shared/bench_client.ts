import { BENCH_KEY } from "./bench_agent.ts";
import type { Child, Children } from "./children.ts";
import { LineReader } from "./line_reader.ts";
import { moduleProgram } from "./program.ts";

/** No order takes longer than this, in ms. */
const ORDER_LIMIT_MS = 60_000;

/** What a client process can be told to do, by name. */
export type OrderTable = Readonly<Record<string, { readonly order: unknown; readonly result: unknown }>>;

/** A client process with one connection to an agent, which does what it is told. */
export class BenchClient<Orders extends OrderTable> {
  readonly #child: Child;
  readonly #lines: LineReader;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;

  /** @param module the program of the process */
  constructor(children: Children, module: URL, address: string) {
    const { command, args, env } = moduleProgram(module);
    this.#child = children.spawn(command, {
      args: [...args, address],
      clearEnv: true,
      env: { ...env, EDGEMESH_KEY: BENCH_KEY },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    });
    this.#lines = new LineReader(this.#child.process.stdout);
    this.#orders = this.#child.process.stdin.getWriter();
  }

  /** @throws {Error} when the client ended, or did not answer in time */
  async measure<Name extends keyof Orders & string>(
    name: Name,
    order: Orders[Name]["order"],
  ): Promise<Orders[Name]["result"]> {
    await this.#orders.write(new TextEncoder().encode(`${JSON.stringify({ name, order })}\n`));
    const line = await this.#lines.next(ORDER_LIMIT_MS);
    if (line === undefined) throw new Error(`Cannot measure ${name}: the client did not answer`);
    return JSON.parse(line);
  }

  async stop(): Promise<void> {
    await this.#orders.close();
    await this.#child.process.status;
  }
}
