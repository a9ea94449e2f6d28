import type { CostError } from "../../proto/messages.ts";
import type { Command } from "../command.ts";
import { deviceIdOf } from "../find_device.ts";
import type { Column } from "../output/table.ts";
import { ago, share } from "../output/units.ts";
import { unlessTooOld } from "../too_old.ts";

const COLUMNS: readonly Column[] = [
  { header: "DEVICE", shrinkTo: 8 },
  { header: "MODEL", shrinkTo: 10 },
  { header: "GENERATIONS", align: "right", dropAt: 2 },
  { header: "MEDIAN ERROR", align: "right" },
  { header: "P90 ERROR", align: "right" },
  { header: "CORRECTION", align: "right", dropAt: 1 },
  { header: "SINCE", dropAt: 3 },
];

export const command: Command = {
  name: "cost-report",
  summary: "say how well the times of generations were predicted",
  usage: ["cost-report [--device DEVICE] [--model M]"],
  details:
    "The error of a prediction is |predicted − actual| / actual; half of the generations were off by less than " +
    "the median, nine of ten by less than P90. Predictions are multiplied by the correction now. Of each device and " +
    'model the latest 1000 generations count. With --json: {"errors": […]}, each a message CostError.',
  flags: {
    device: { kind: "string", placeholder: "DEVICE", help: "only this device" },
    model: { kind: "string", placeholder: "M", help: "only this model" },
  },
  arguments: { least: 0, most: 0 },
  async run({ given, output, connect }) {
    const client = await connect();
    const device = given.text("device");
    const device_id = device === undefined ? "" : await deviceIdOf(client, device);
    const asking = client.mesh("CostReport", { device_id, model: given.text("model") ?? "" });
    const report = await unlessTooOld(asking, "cost reports");
    if (output.asJson) return await output.json(report);
    if (report.errors.length === 0) {
      const narrowed = given.has("device") || given.has("model") ? " of these" : "";
      return await output.line(`Nothing was measured yet: no generation${narrowed} has ended with a prediction.`);
    }
    const now = Date.now();
    await output.table(COLUMNS, report.errors.map((error) => rowOf(error, now)));
  },
};

function rowOf(
  { device_name, model, generations, median_error, p90_error, correction, since }: CostError,
  now: number,
) {
  return [
    device_name,
    model,
    String(generations),
    share(median_error),
    share(p90_error),
    correction === 1 || correction === 0 ? "none" : `× ${correction.toFixed(2)}`,
    ago(since, now),
  ];
}
