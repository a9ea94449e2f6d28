import type { DeviceCostEstimate, PlanCostResponse, StepCostEstimate } from "../proto/messages.ts";
import type { Output } from "./output/output.ts";
import { printable } from "./output/printable.ts";
import { type Cell, type Column, type Row, tableFits } from "./output/table.ts";
import { count, duration, megabytes } from "./output/units.ts";
import { displayWidth } from "./output/width.ts";

interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** More steps than this are easier to read below each other, however wide the output is. */
const MOST_STEP_COLUMNS = 20;

/**
 * Prints what a plan costs: devices by steps, with a total each. Where that is too wide, steps by devices; where that is
 * too wide too, the totals alone.
 */
export async function printCost(cost: PlanCostResponse, output: Output): Promise<void> {
  const width = output.terminal.out.columns() ?? Infinity;
  const layouts = stepsOf(cost).length > MOST_STEP_COLUMNS ? [stepsByDevices] : [devicesBySteps, stepsByDevices];
  const table = layouts.map((layOut) => layOut(cost, output)).find(({ columns, rows }) =>
    tableFits(columns, rows, width)
  );
  const { columns, rows } = table ?? totals(cost, output);
  await output.table(columns, rows);
  await output.line();
  if (!table) await output.line(`${count(stepsOf(cost).length, "step")}; --json prints each of them.`);
  const { paint } = output;
  await output.line(
    paint.green(`* recommended: ${printable(cost.recommended_device_name)} (${duration(cost.total_predicted_ms)})`),
  );
  if (cost.warning) await output.line(paint.yellow(`warning: ${printable(cost.warning)}`));
  for (const note of notesOf(cost)) await output.line(paint.dim(`note: ${printable(note)}`));
}

function devicesBySteps(cost: PlanCostResponse, output: Output): Table {
  const steps = stepsOf(cost);
  const stepColumns = steps.map(({ task_id }, at): Column => {
    const widest = cost.device_costs.map((device) => displayWidth(stepText(device.step_costs[at])));
    // Its heading may be cut, its figures may not.
    return { header: task_id, align: "right", shrinkTo: Math.max(4, ...widest) };
  });
  const rows = cost.device_costs.map((device) => [
    ...head(device, cost, output),
    ...steps.map((_, at) => stepText(device.step_costs[at])),
    ...tail(device, output),
  ]);
  return { columns: [...HEAD, ...stepColumns, ...TAIL], rows };
}

function stepsByDevices(cost: PlanCostResponse, output: Output): Table {
  const steps = stepsOf(cost);
  const columns: Column[] = [
    { header: "STEP", shrinkTo: 8 },
    { header: "KIND" },
    ...cost.device_costs.map((device): Column => ({
      header: `${isRecommended(device, cost) ? "* " : ""}${device.device_name}`,
      align: "right",
      shrinkTo: 10,
    })),
  ];
  const rows: Row[] = steps.map((step, at) => [
    step.task_id,
    step.kind,
    ...cost.device_costs.map((device) => stepText(device.step_costs[at])),
  ]);
  rows.push(["TOTAL", "", ...cost.device_costs.map((device) => totalCell(device, output))]);
  rows.push(["PEAK RAM", "", ...cost.device_costs.map((device) => ramCell(device, output))]);
  return { columns, rows };
}

function totals(cost: PlanCostResponse, output: Output): Table {
  const rows = cost.device_costs.map((device) => [...head(device, cost, output), ...tail(device, output)]);
  return { columns: [...HEAD, ...TAIL], rows };
}

const HEAD: readonly Column[] = [{ header: "" }, { header: "DEVICE", shrinkTo: 8 }];
const TAIL: readonly Column[] = [{ header: "TOTAL", align: "right" }, { header: "PEAK RAM", align: "right" }];

function head(device: DeviceCostEstimate, cost: PlanCostResponse, { paint }: Output): Cell[] {
  const recommended = isRecommended(device, cost);
  return [recommended ? "*" : "", recommended ? { text: device.device_name, paint: paint.green } : device.device_name];
}

function tail(device: DeviceCostEstimate, output: Output): Cell[] {
  return [totalCell(device, output), ramCell(device, output)];
}

function totalCell(device: DeviceCostEstimate, { paint }: Output): Cell {
  return { text: duration(device.total_ms), paint: paint.bold };
}

function ramCell(device: DeviceCostEstimate, { paint }: Output): Cell {
  const text = megabytes(device.estimated_peak_ram_mb);
  return device.ram_sufficient ? text : { text: `${text} !`, paint: paint.red };
}

/** `?` marks an estimate that stands for an unknown cost. */
function stepText(step: StepCostEstimate | undefined): string {
  return step ? `${duration(step.predicted_ms)}${step.unknown_cost ? " ?" : ""}` : "-";
}

function isRecommended(device: DeviceCostEstimate, cost: PlanCostResponse): boolean {
  return device.device_id === cost.recommended_device_id;
}

/** The plan's steps, in plan order: the same for each device. */
function stepsOf(cost: PlanCostResponse): readonly StepCostEstimate[] {
  return cost.device_costs[0]?.step_costs ?? [];
}

/** What the estimate assumed, each once, with the steps or the devices that it is about. */
function notesOf(cost: PlanCostResponse): string[] {
  const devicesByNote = new Map<string, Set<string>>();
  for (const device of cost.device_costs) {
    for (const note of new Set(device.step_costs.flatMap((step) => step.notes.split("; ")))) {
      if (note === "") continue;
      const devices = devicesByNote.get(note) ?? new Set();
      devicesByNote.set(note, devices.add(device.device_name));
    }
  }
  const all = new Set(cost.device_costs.map((device) => device.device_name)).size;
  const notes = [...devicesByNote].map(([note, devices]) =>
    devices.size === all ? note : `${note} (${[...devices].join(", ")})`
  );
  if (cost.device_costs.some((device) => !device.ram_sufficient)) notes.push("! more RAM than the device has free");
  return notes;
}
