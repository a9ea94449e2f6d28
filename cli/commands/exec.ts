import type { Command } from "../command.ts";
import { exitCodeOf, passOn, PROGRAM_TIMEOUT_MS } from "../program_result.ts";

export const command: Command = {
  name: "exec",
  summary: "run a command on the connected agent",
  usage: ["exec [FLAGS] CMD [ARG…]"],
  details: "Flags of edgemesh stand before CMD; what follows it belongs to it. Ends with the exit code of CMD.\n" +
    "With --json: the message CommandResponse.",
  flags: {},
  verbatimFrom: 0,
  arguments: { least: 1, most: Infinity },
  async run({ positionals, output, connect }) {
    const [program = "", ...args] = positionals;
    const client = await connect(PROGRAM_TIMEOUT_MS);
    const response = await client.orchestrator("ExecuteCommand", {
      session_id: client.sessionId,
      command: program,
      args,
    });
    if (!output.asJson) return await passOn(response, output);
    await output.json(response);
    return exitCodeOf(response);
  },
};
