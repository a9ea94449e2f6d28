import { loadClientConfig } from "../../agent/config/client_flags.ts";
import { MeshError } from "../../agent/core/errors.ts";
import type { CheckedPlan } from "../../agent/plans/check_plan.ts";
import { estimatePlanCost } from "../../agent/plans/cost.ts";
import type { PlanCostResponse } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { Command, CommandContext } from "../command.ts";
import { printCost } from "../cost_view.ts";
import { findDevice } from "../find_device.ts";
import { AgentUnreachable } from "../probe.ts";
import { readPlan } from "../read_plan.ts";
import { thisDevice } from "../this_device.ts";

export const command: Command = {
  name: "preview-cost",
  summary: "say what a plan will cost on each device, without running it",
  usage: ["preview-cost FILE [--device DEVICE]…"],
  details: "FILE is a plan, or - for standard input:\n" +
    '  {"groups": [{"index": 0, "tasks": [{"task_id": "a", "kind": "LLM_GENERATE",\n' +
    '    "prompt_tokens": 500, "max_output_tokens": 200}]}]}\n' +
    "With no agent reachable, it estimates for this device alone. With --json: the message PlanCostResponse.",
  flags: { device: { kind: "list", placeholder: "DEVICE", help: "only this device; may be repeated" } },
  arguments: { least: 1, most: 1 },
  completes: { arguments: "files" },
  async run(context) {
    const { output } = context;
    const { plan, checked } = await readPlan(context.positionals[0] ?? "", context);
    const wanted = context.given.list("device") ?? [];
    const client = await connectIfReachable(context);
    const cost = client
      ? await client.orchestrator("PreviewPlanCost", {
        session_id: client.sessionId,
        plan,
        device_ids: await deviceIds(client, wanted),
      })
      : estimateHere(checked, wanted, context);
    await (output.asJson ? output.json(cost) : printCost(cost, output));
  },
};

async function connectIfReachable(context: CommandContext): Promise<MeshClient | undefined> {
  try {
    return await context.connect();
  } catch (error) {
    if (!(error instanceof AgentUnreachable)) throw error;
    await context.output.note(`${error.summary}: estimating for this device alone`);
    return undefined;
  }
}

async function deviceIds(client: MeshClient, wanted: readonly string[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const { devices } = await client.orchestrator("ListDevices", {});
  return [...new Set(wanted.map((name) => findDevice(name, devices).device_id))];
}

function estimateHere(plan: CheckedPlan, wanted: readonly string[], { given }: CommandContext): PlanCostResponse {
  const info = thisDevice(loadClientConfig(given).dataDir);
  for (const name of wanted) requireThisDevice(name, info);
  return estimatePlanCost(plan, [{ info, load: -1, online: true }]);
}

function requireThisDevice(name: string, info: { device_id: string; device_name: string }): void {
  try {
    findDevice(name, [info]);
  } catch (error) {
    throw new MeshError(
      "UNAVAILABLE",
      `Cannot estimate for device ${
        JSON.stringify(name)
      }: without an agent only this device (${info.device_name}) is known`,
      { cause: error },
    );
  }
}
