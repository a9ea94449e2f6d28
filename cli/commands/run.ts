import { UsageError } from "../../agent/core/errors.ts";
import type { GivenFlags } from "../../agent/config/flags.ts";
import type { RoutingPolicy } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { Command } from "../command.ts";
import { oneOf } from "../command_line.ts";
import { deviceIdOf } from "../find_device.ts";
import { duration } from "../output/units.ts";
import { exitCodeOf, passOn, PROGRAM_TIMEOUT_MS } from "../program_result.ts";

const POLICIES = {
  "best-available": "BEST_AVAILABLE",
  "require-npu": "REQUIRE_NPU",
  "prefer-remote": "PREFER_REMOTE",
  "prefer-local-model": "PREFER_LOCAL_MODEL",
  "require-local-model": "REQUIRE_LOCAL_MODEL",
} as const;
const POLICY_NAMES = Object.keys(POLICIES) as (keyof typeof POLICIES)[];

export const command: Command = {
  name: "run",
  summary: "run a command on the device that fits best",
  usage: ["run [--policy P | --device DEVICE] -- CMD [ARG…]"],
  details: `P is ${POLICY_NAMES.join(", ")}.\n` +
    "DEVICE is an id, the beginning of one, or a name. Ends with the exit code of CMD; --verbose says on standard " +
    "error where it ran. With --json: the message RoutedCommandResponse.",
  flags: {
    policy: { kind: "string", placeholder: "P", help: "how the device is chosen (default best-available)" },
    device: { kind: "string", placeholder: "DEVICE", help: "run it on this device" },
  },
  verbatimFrom: 0,
  arguments: { least: 1, most: Infinity },
  completes: { flags: { policy: POLICY_NAMES } },
  async run({ given, positionals, output, connect }) {
    const policyName = oneOf(given, "policy", POLICY_NAMES) ?? "best-available";
    if (given.has("policy") && given.has("device")) {
      throw new UsageError("--policy and --device exclude each other: --device is a policy of its own");
    }
    const [program = "", ...args] = positionals;
    const client = await connect(PROGRAM_TIMEOUT_MS);
    const policy = await policyFor(client, given, policyName);
    const response = await client.orchestrator("ExecuteRoutedCommand", {
      session_id: client.sessionId,
      policy,
      command: program,
      args,
    });
    if (output.asJson) {
      await output.json(response);
      return exitCodeOf(response.output);
    }
    const code = await passOn(response.output, output);
    const place = response.executed_locally ? "the connected agent" : response.selected_device_addr || "its own link";
    await output.detail(
      `ran on ${response.selected_device_name} (${place}) in ${duration(response.total_time_ms)}, exit code ${code}`,
    );
    return code;
  },
};

async function policyFor(
  client: MeshClient,
  given: GivenFlags,
  name: keyof typeof POLICIES,
): Promise<RoutingPolicy> {
  const device = given.text("device");
  if (device === undefined) return { mode: POLICIES[name], device_id: "" };
  return { mode: "FORCE_DEVICE_ID", device_id: await deviceIdOf(client, device) };
}
