import { shortId } from "../../agent/core/ids.ts";
import type { DeviceInfo, PlanPreviewResponse } from "../../proto/messages.ts";
import { UsageError } from "../../agent/core/errors.ts";
import type { Command } from "../command.ts";
import { wholeNumber } from "../command_line.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import type { Column } from "../output/table.ts";
import { PLANNING_TIMEOUT_MS } from "../submission.ts";

const COLUMNS: readonly Column[] = [
  { header: "GROUP", align: "right" },
  { header: "TASK", shrinkTo: 8 },
  { header: "KIND" },
  { header: "DEVICE", shrinkTo: 8 },
  { header: "INPUT", shrinkTo: 10, dropAt: 1 },
];

export const command: Command = {
  name: "plan",
  summary: "show the plan that a job would run, without running it",
  usage: ["plan TEXT [--max-workers N]"],
  details: "With --json: the message PlanPreviewResponse, whose field plan is what `submit --plan` takes.",
  flags: { "max-workers": { kind: "string", placeholder: "N", help: "use at most N devices (default: all)" } },
  arguments: { least: 1, most: Infinity },
  async run({ given, positionals, output, connect }) {
    const text = positionals.join(" ");
    if (!text.trim()) throw new UsageError("plan needs TEXT: what is the job to do?");
    const maxWorkers = wholeNumber(given, "max-workers", { least: 0, most: 2 ** 31 - 1 }) ?? 0;
    const client = await connect(PLANNING_TIMEOUT_MS);
    const preview = await client.orchestrator("PreviewPlan", {
      session_id: client.sessionId,
      text,
      max_workers: maxWorkers,
    });
    if (output.asJson) return await output.json(preview);
    const { devices } = await client.orchestrator("ListDevices", {});
    await printPreview(preview, devices, output);
  },
};

async function printPreview(preview: PlanPreviewResponse, devices: readonly DeviceInfo[], output: Output) {
  const names = new Map(devices.map((device) => [device.device_id, device.device_name]));
  const deviceOf = (id: string) => id === "" ? "any" : names.get(id) ?? shortId(id);
  const groups = preview.plan?.groups ?? [];
  await output.table(
    COLUMNS,
    groups.flatMap((group) =>
      group.tasks.map((task) => [
        String(group.index),
        task.task_id,
        task.kind,
        deviceOf(task.target_device_id),
        task.input || "-",
      ])
    ),
  );
  await output.line();
  const remarks = [
    ["Planned by", preview.used_ai ? "AI" : "rule"],
    ["Rationale", preview.rationale],
    ["Notes", preview.notes],
    ["Results", preview.reduce?.kind ?? ""],
  ];
  for (const [label, text] of remarks) if (text) await output.line(`${label}: ${printable(text)}`);
}
