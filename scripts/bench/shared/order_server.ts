import { AgentSession } from "./agent_session.ts";
import { LineReader } from "./line_reader.ts";

/**
 * The body of a client process: one connection to the agent that its argument names. Takes orders from standard input, each
 * a line that is answered by one, and ends with it.
 *
 * @param serve what is to be done for each order, by its name
 */
export async function serveOrders(
  serve: (session: AgentSession) => Record<string, (order: never) => Promise<unknown>>,
): Promise<void> {
  const session = new AgentSession(Deno.args[0] ?? "");
  await session.open(Deno.env.get("EDGEMESH_KEY") ?? "");
  const orders = serve(session);
  const lines = new LineReader(Deno.stdin.readable);
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    const { name, order } = JSON.parse(line);
    const run = orders[name];
    if (!run) throw new Error(`unknown order ${name}`);
    console.log(JSON.stringify(await run(order as never)));
  }
  session.close();
}
