import type { CalibrateResponse } from "../../proto/messages.ts";
import type { Command } from "../command.ts";
import { deviceIdOf } from "../find_device.ts";
import { ratesWords } from "../model_view.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { Progress } from "../output/progress.ts";
import type { Column } from "../output/table.ts";
import { duration, tokenRate } from "../output/units.ts";
import { unlessTooOld } from "../too_old.ts";

const COLUMNS: readonly Column[] = [
  { header: "PROMPT tok", align: "right" },
  { header: "OUTPUT tok", align: "right" },
  { header: "WAIT", align: "right", dropAt: 2 },
  { header: "LOAD", align: "right", dropAt: 1 },
  { header: "PREFILL tok/s", align: "right" },
  { header: "DECODE tok/s", align: "right" },
  { header: "TOTAL", align: "right" },
];

export const command: Command = {
  name: "calibrate",
  summary: "measure how fast a device's model reads and writes",
  usage: ["calibrate [DEVICE] [--model M]"],
  details:
    "Runs three short prompts on DEVICE (default: the connected agent's own) and shows what each took, and with " +
    "which rates the mesh reckons from now on. With --json: the message CalibrateResponse.",
  flags: { model: { kind: "string", placeholder: "M", help: "measure this model (default: the device's own choice)" } },
  arguments: { least: 0, most: 1 },
  async run({ given, positionals, output, connect }) {
    const client = await connect();
    const [device] = positionals;
    const device_id = device === undefined ? "" : await deviceIdOf(client, device);
    const measuring = client.mesh("Calibrate", { device_id, model: given.text("model") ?? "" });
    const measured = await shown(unlessTooOld(measuring, "measuring models"), output);
    await (output.asJson ? output.json(measured) : print(measured, output));
  },
};

async function shown<Answer>(measuring: Promise<Answer>, output: Output): Promise<Answer> {
  await using progress = new Progress(output.errors, output.animates);
  progress.update("three short prompts are run");
  return await measuring;
}

async function print({ device_name, model, rates, runs }: CalibrateResponse, output: Output): Promise<void> {
  await output.line(printable(`${device_name}  ${model}`));
  await output.line();
  await output.table(
    COLUMNS,
    runs.map((run) => [
      String(run.prompt_tokens || "-"),
      String(run.output_tokens || "-"),
      timeOf(run.queue_ms),
      timeOf(run.load_ms),
      rateOf(run.prompt_tokens, run.prefill_ms),
      rateOf(run.output_tokens, run.decode_ms),
      timeOf(run.total_ms),
    ]),
  );
  await output.line();
  const fixed = [
    rates && rates.load_ms > 0 ? `loading ${duration(rates.load_ms)}` : "",
    rates && rates.overhead_ms > 0 ? `overhead ${duration(rates.overhead_ms)}` : "",
  ].filter(Boolean).map((part) => `, ${part}`).join("");
  await output.line(output.paint.green(`from now on: ${ratesWords({ rates }) ?? "nothing could be measured"}${fixed}`));
}

/** 0 = unknown; less than a millisecond is as good as none. */
function timeOf(ms: number): string {
  return ms >= 1 ? duration(ms) : "-";
}

function rateOf(tokens: number, ms: number): string {
  return tokens > 0 && ms > 0 ? tokenRate(tokens / ms * 1000) : "-";
}
