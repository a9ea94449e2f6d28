import { UsageError } from "../../agent/core/errors.ts";
import type { GivenFlags } from "../../agent/config/flags.ts";
import type { JobInfo } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { Command, CommandContext } from "../command.ts";
import { oneOf, wholeNumber } from "../command_line.ts";
import { failureOfJob, followShown } from "../job_watch.ts";
import { printable } from "../output/printable.ts";
import { readPlan } from "../read_plan.ts";

/** Protobuf's int32. */
const MOST_WORKERS = 2 ** 31 - 1;

export const command: Command = {
  name: "submit",
  summary: "submit a job, described in words or by a plan file",
  usage: ["submit TEXT [--max-workers N] [--wait]", "submit --plan FILE [--max-workers N] [--reduce concat] [--wait]"],
  details: "Prints the job's id and summary; with --wait also its final result, and ends with exit code 1 when it " +
    "failed. FILE may be - for standard input. With --json: the message JobInfo, or with --wait JobStatus.",
  flags: {
    plan: { kind: "string", placeholder: "FILE", help: 'a plan: {"groups": […]}' },
    "max-workers": { kind: "string", placeholder: "N", help: "use at most N devices (default: all)" },
    reduce: { kind: "string", placeholder: "concat", help: "how the results are combined (default concat)" },
    wait: { kind: "boolean", help: "wait for the job and print its result" },
  },
  arguments: { least: 0, most: Infinity },
  completes: { flags: { reduce: ["concat"] } },
  async run(context) {
    const { given, positionals, output } = context;
    const text = positionals.join(" ");
    checkWhat(given, text);
    const maxWorkers = wholeNumber(given, "max-workers", { least: 0, most: MOST_WORKERS }) ?? 0;
    const reduce = oneOf(given, "reduce", ["concat"]) ?? "concat";
    const file = given.text("plan");
    const plan = file === undefined ? null : (await readPlan(file, context)).plan;
    const client = await context.connect();
    const info = await client.orchestrator("SubmitJob", {
      session_id: client.sessionId,
      text,
      max_workers: maxWorkers,
      plan,
      reduce: { kind: reduce.toUpperCase() },
    });
    if (!output.asJson) await output.line(`${printable(info.job_id)}  ${printable(info.summary)}`);
    if (given.has("wait")) return await wait(client, info, context);
    if (output.asJson) await output.json(info);
  },
};

function checkWhat(given: GivenFlags, text: string): void {
  if (given.has("plan") && text) throw new UsageError("TEXT and --plan exclude each other: give one of them");
  if (!given.has("plan") && !text.trim()) throw new UsageError("submit needs TEXT or --plan FILE");
}

async function wait(client: MeshClient, info: JobInfo, context: CommandContext): Promise<number> {
  const { output } = context;
  const status = await followShown(client, info.job_id, context);
  const failure = failureOfJob(status);
  if (output.asJson) {
    await output.json(status);
    return failure ? 1 : 0;
  }
  if (status.final_result) {
    await output.line();
    await output.text(status.final_result);
  }
  if (failure) throw failure;
  return 0;
}
