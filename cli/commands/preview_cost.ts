import { loadClientConfig } from "../../agent/config/client_flags.ts";
import type { GivenFlags } from "../../agent/config/flags.ts";
import { MeshError, UsageError } from "../../agent/core/errors.ts";
import type { CheckedPlan } from "../../agent/plans/check_plan.ts";
import { estimatePlanCost } from "../../agent/plans/cost.ts";
import type { Plan, PlanCostResponse } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { Command, CommandContext } from "../command.ts";
import { wholeNumber } from "../command_line.ts";
import { printCost } from "../cost_view.ts";
import { findDevice } from "../find_device.ts";
import { printPlacement } from "../placement_view.ts";
import { AgentUnreachable } from "../probe.ts";
import { readPlan } from "../read_plan.ts";
import { MOST_WORKERS } from "../submission.ts";
import { thisDevice } from "../this_device.ts";
import { unlessTooOld } from "../too_old.ts";

export const command: Command = {
  name: "preview-cost",
  summary: "say what a plan will cost on each device, without running it",
  usage: ["preview-cost FILE [--device DEVICE]…", "preview-cost FILE --placement [--max-workers N]"],
  details: "FILE is a plan, or - for standard input:\n" +
    '  {"groups": [{"index": 0, "tasks": [{"task_id": "a", "kind": "LLM_GENERATE",\n' +
    '    "prompt_tokens": 500, "max_output_tokens": 200}]}]}\n' +
    "With no agent reachable, it estimates for this device alone. With --json: the message PlanCostResponse.\n" +
    "With --placement it says instead which device would run which task and when, and how long the whole mesh would " +
    "take, with measured rates, cold models' load times and what the devices have to do already. That needs an agent. " +
    "With --json: the message PlacementResponse.",
  flags: {
    device: { kind: "list", placeholder: "DEVICE", help: "only this device; may be repeated" },
    placement: { kind: "boolean", help: "place the tasks on the devices of the whole mesh" },
    "max-workers": { kind: "string", placeholder: "N", help: "with --placement: use at most N devices (default: all)" },
  },
  arguments: { least: 1, most: 1 },
  completes: { arguments: "files" },
  async run(context) {
    const { given, output } = context;
    const maxWorkers = checkForm(given);
    const { plan, checked } = await readPlan(context.positionals[0] ?? "", context);
    if (given.has("placement")) return await previewPlacement(plan, maxWorkers, context);
    const wanted = given.list("device") ?? [];
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

/** @returns how many devices may be used; 0 = all */
function checkForm(given: GivenFlags): number {
  if (given.has("placement") && given.has("device")) {
    throw new UsageError("--placement and --device exclude each other: a placement is of the whole mesh");
  }
  const maxWorkers = wholeNumber(given, "max-workers", { least: 0, most: MOST_WORKERS });
  if (maxWorkers !== undefined && !given.has("placement")) {
    throw new UsageError("--max-workers needs --placement: else each device is priced as if it ran the whole plan");
  }
  return maxWorkers ?? 0;
}

async function previewPlacement(plan: Plan, max_workers: number, { output, connect }: CommandContext): Promise<void> {
  const client = await connect().catch(needsAgent);
  const placement = await unlessTooOld(client.mesh("PreviewPlacement", { plan, max_workers }), "--placement");
  await (output.asJson ? output.json(placement) : printPlacement(placement, output));
}

function needsAgent(error: unknown): never {
  if (!(error instanceof AgentUnreachable)) throw error;
  const message = `${error.summary}: --placement needs one, since only an agent knows the mesh`;
  throw new MeshError("UNAVAILABLE", message, { cause: error });
}

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
