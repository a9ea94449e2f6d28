import type { Children } from "../shared/children.ts";
import { LineReader } from "../shared/line_reader.ts";
import { moduleProgram } from "../shared/program.ts";

/** What a network does to what goes over it. */
export interface NetworkKind {
  readonly roundTripMs: number;
  /** Of the datagrams in each direction, 0..1. */
  readonly loss: number;
}

/** A network between agent and viewer, as a process of its own. */
export interface Network {
  /** The ports of 127.0.0.1 that stand for the agent's address on the viewer's side, and for the viewer on the agent's. */
  way(host: string, port: number): Promise<{ readonly near: number; readonly far: number }>;
  stop(): Promise<void>;
}

const ANSWER_LIMIT_MS = 20_000;

export function startNetwork(children: Children, { roundTripMs, loss }: NetworkKind): Network {
  const { command, args, env } = moduleProgram(new URL("udp_relay.ts", import.meta.url));
  const child = children.spawn(command, {
    args: [...args, String(roundTripMs / 2), String(loss)],
    clearEnv: true,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
  const lines = new LineReader(child.process.stdout);
  const orders = child.process.stdin.getWriter();
  return {
    async way(host, port) {
      await orders.write(new TextEncoder().encode(`${host} ${port}\n`));
      const [near, far] = (await lines.next(ANSWER_LIMIT_MS))?.split(" ").map(Number) ?? [];
      if (!near || !far) throw new Error("the network between agent and viewer does not answer");
      return { near, far };
    },
    async stop() {
      await orders.close();
      await child.process.status;
    },
  };
}
