import type { CostError } from "../../../proto/messages.ts";
import { percent, verdict } from "../shared/figures.ts";
import { interpolated } from "../shared/statistics.ts";
import type { Section } from "../shared/table.ts";
import type { ModelMesh } from "./model_mesh.ts";
import type { Predicted } from "./orders.ts";

/** The median error after {@link WARM_UP} generations. */
const AIM = 0.1;

/** After so many the predictions are to be good. */
const WARM_UP = 10;

/** Prompts of each device in one order. */
const AT_A_TIME = 5;

/** The report and the client reckon with the same numbers; sums may be in another order. */
const ROUNDING = 1e-9;

/**
 * How far what was predicted is from what it took, once a device has answered ten prompts: by the starts and ends of all
 * generations, and by the agent's own report, which must say the same. The mesh must be one that did nothing before.
 *
 * @param prompts that count, of each device
 * @throws {Error} when the report says something else
 */
export async function measurePredictions(mesh: ModelMesh, title: string, prompts: number): Promise<Section> {
  const devices = [mesh.coordinator, mesh.device];
  const deviceIds = devices.map(({ deviceId }) => deviceId);
  const { client, model } = mesh;
  const early = await predicted(mesh, deviceIds, WARM_UP);
  const late = await predicted(mesh, deviceIds, prompts);
  const reports = await client.measure("costReport", {});
  const reported = deviceIds.map((deviceId, at) => {
    const report = reports.find((one) => one.device_id === deviceId && one.model === model);
    return agreed(report, [...early[at] ?? [], ...late[at] ?? []]);
  });
  const medians = late.map((all) => interpolated(all.map(errorOf), 0.5));
  const both = (all: readonly Predicted[], error: (one: Predicted) => number) => {
    const errors = all.map(error);
    return `${percent(interpolated(errors, 0.5))} / ${percent(interpolated(errors, 0.9))}`;
  };
  return {
    columns: [title, "aim", "own device", "other device"],
    rows: [
      ["first 10, none before, median / p90", "", ...early.map((all) => both(all, errorOf))],
      [
        `next ${prompts}, median / p90`,
        `median ${verdict(Math.max(...medians) * 100, AIM * 100, "%")}`,
        ...late.map((all) => both(all, errorOf)),
      ],
      [`  the same against what the caller waited`, "", ...late.map((all) => both(all, waitErrorOf))],
      [
        `all ${WARM_UP + prompts}, as CostReport says`,
        "",
        ...reported.map(({ median_error, p90_error }) => `${percent(median_error)} / ${percent(p90_error)}`),
      ],
      ["correction at the end", "", ...reported.map(({ correction }) => `× ${correction.toFixed(3)}`)],
      ["generations took, median", "", ...late.map((all) => `${took(all).toFixed(0)} ms`)],
    ],
  };
}

/** Some prompts at a time: a slow model takes longer for all of them than an order may. */
async function predicted({ client, model }: ModelMesh, deviceIds: readonly string[], prompts: number) {
  const all = deviceIds.map((): Predicted[] => []);
  for (let done = 0; done < prompts; done += AT_A_TIME) {
    const order = { deviceIds, model, prompts: Math.min(AT_A_TIME, prompts - done) };
    const some = await client.measure("predicted", order);
    some.forEach((of, at) => all[at]?.push(...of));
  }
  return all;
}

/** The report of a device, if it says what is reckoned here of the same generations. */
function agreed(report: CostError | undefined, all: readonly Predicted[]): CostError {
  const errors = all.map(errorOf);
  const own = [all.length, interpolated(errors, 0.5), interpolated(errors, 0.9)];
  const said = [report?.generations ?? 0, report?.median_error ?? NaN, report?.p90_error ?? NaN];
  const isSame = said.every((value, at) => Math.abs(value - (own[at] ?? NaN)) <= ROUNDING);
  if (!report || !isSame) throw new Error(`CostReport says ${said.join(", ")}, but it is ${own.join(", ")}`);
  return report;
}

function errorOf({ predictedMs, actualMs }: Predicted): number {
  return Math.abs(predictedMs - actualMs) / actualMs;
}

function waitErrorOf({ predictedMs, waitedMs }: Predicted): number {
  return Math.abs(predictedMs - waitedMs) / waitedMs;
}

function took(all: readonly Predicted[]): number {
  return interpolated(all.map(({ actualMs }) => actualMs), 0.5);
}
