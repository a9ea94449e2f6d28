import { BENCH_KEY } from "./bench_agent.ts";
import type { Child, Children } from "./children.ts";
import { LineReader } from "./line_reader.ts";
import type { OrderName, OrderOf, ResultOf } from "./orders.ts";
import { ownModule } from "./program.ts";

/** No order takes longer than this, in ms. */
const ORDER_LIMIT_MS = 60_000;

/** The client process: the same one, with the same connection, for all that is compared. */
export class BenchClient {
  readonly #child: Child;
  readonly #lines: LineReader;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;

  constructor(children: Children, address: string) {
    const { command, args, env } = ownModule("client.ts");
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
  async measure<Name extends OrderName>(name: Name, order: OrderOf<Name>): Promise<ResultOf<Name>> {
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
