import { AGENT_FLAGS } from "../../agent/config/agent_flags.ts";
import { describeConfig, loadConfig } from "../../agent/config/load.ts";
import { configureLog, logger } from "../../agent/core/log.ts";
import { permissionUses } from "../../agent/permissions.ts";
import type { RunningAgent } from "../../agent/agent.ts";
import type { AgentConfig } from "../../agent/config/config.ts";
import type { Command } from "../command.ts";
import type { Output } from "../output/output.ts";

/** Runs this device's agent until it is told to stop. */
export const command: Command = {
  name: "agent",
  summary: "run this device's agent until Ctrl-C or SIGTERM",
  usage: ["agent [--grpc HOST:PORT] [--join HOST:PORT,…] [--allow CMD,…] [--share DIR]"],
  details: "When it serves, it prints one line to standard output: " +
    "edgemesh ready grpc=HOST:PORT http=HOST:PORT device=UUID name=NAME. Logs go to standard error.",
  flags: AGENT_FLAGS,
  commonFlags: false,
  arguments: { least: 0, most: 0 },
  handlesSignals: true,
  async run({ given, output }) {
    const config = loadConfig(given);
    if (given.has("print-config")) return await output.json(describeConfig(config));
    if (given.has("print-permissions")) return await printPermissions(config, output);
    configureLog(config.log);
    const running: { agent?: RunningAgent } = {};
    const stop = stopSignal(() => running.agent?.kill());
    const { startAgent } = await import("../../agent/agent.ts");
    const agent = running.agent = await startAgent(config, { revokePermissions: true });
    try {
      await output.line(
        `edgemesh ready grpc=${agent.grpc} http=${agent.http} device=${agent.deviceId} name=${agent.name}`,
      );
      await stop;
    } finally {
      // Also where nobody reads the line above.
      await agent.stop();
    }
  },
};

/** Resolves at the first SIGINT or SIGTERM; the second one ends the process at once, after `kill`. */
function stopSignal(kill: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let seen = false;
  const onSignal = () => {
    if (seen) {
      logger("agent").warn("stopped at once: running work is cut off");
      kill();
      Deno.exit(130);
    }
    seen = true;
    resolve();
  };
  Deno.addSignalListener("SIGINT", onSignal);
  // Windows knows no SIGTERM; closing the console is SIGBREAK there.
  Deno.addSignalListener(Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM", onSignal);
  return promise;
}

function printPermissions(config: AgentConfig, output: Output): Promise<void> {
  const uses = permissionUses(config);
  return output.json(Object.fromEntries(uses.map(({ name, kept, reason }) => [name, { kept, reason }])));
}
