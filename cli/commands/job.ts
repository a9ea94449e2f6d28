import type { GivenFlags } from "../../agent/config/flags.ts";
import { UsageError } from "../../agent/core/errors.ts";
import type { JobStatus } from "../../proto/messages.ts";
import { taskPages } from "../all_tasks.ts";
import type { MeshClient } from "../client.ts";
import type { Command, CommandContext } from "../command.ts";
import { oneOf } from "../command_line.ts";
import { jobIdOf } from "../find_job.ts";
import { giveOutput } from "../job_output.ts";
import { JOB_STATES, printJob } from "../job_view.ts";
import { failureOfJob, followShown } from "../job_watch.ts";
import { printTasks } from "../task_view.ts";
import { unlessTooOld } from "../too_old.ts";

export const command: Command = {
  name: "job",
  summary: "show a job, its tasks and its result",
  usage: [
    "job ID [--watch]",
    "job ID --tasks [--state STATE]",
    "job ID --output TASK [-o FILE] [--force]",
    "job ID --delete",
  ],
  details:
    "ID may be the beginning of one.\nWith --watch it ends when the job does: exit code 0 when it is DONE, else 1.\n" +
    "With --tasks every task is listed, of the largest jobs too, and why attempts at those that are not DONE failed.\n" +
    "With --output the output of one task is written to standard output, or to FILE, as it is. One above 256 KiB is kept on the device that ran " +
    "the task: it is fetched from there, and compared with the SHA-256 that the device said when the task was done.\n" +
    "With --json: the message JobStatus; with --watch one a line for each change, with --tasks one TaskDetail a line.",
  flags: {
    watch: { kind: "boolean", help: "follow the job to its end" },
    tasks: { kind: "boolean", help: "list its tasks, page by page" },
    state: {
      kind: "string",
      placeholder: "STATE",
      help: `with --tasks: only those in this state: ${JOB_STATES.join(", ")}`,
    },
    output: { kind: "string", placeholder: "TASK", help: "the output of this task" },
    file: { kind: "string", short: "o", placeholder: "FILE", help: "with --output: into this file" },
    force: { kind: "boolean", help: "with --output and --file: replace FILE" },
    delete: { kind: "boolean", help: "forget the job, which must have ended, with its results" },
  },
  arguments: { least: 1, most: 1 },
  completes: { flags: { state: JOB_STATES } },
  async run(context) {
    const { given, positionals, connect } = context;
    const state = checkForm(given);
    const client = await connect();
    const jobId = await jobIdOf(client, positionals[0] ?? "");
    if (given.has("delete")) return await forget(client, jobId, context);
    const taskId = given.text("output");
    if (taskId !== undefined) {
      const target = { file: given.text("file"), force: given.has("force") };
      return await giveOutput(client, { jobId, taskId }, target, context);
    }
    if (given.has("tasks")) return await listTasks(client, { jobId, state }, context);
    return await (given.has("watch") ? watch : show)(client, jobId, context);
  },
};

/** @returns the state of the tasks that are wanted; empty = all */
function checkForm(given: GivenFlags): string {
  const forms = ["watch", "tasks", "output", "delete"].filter((flag) => given.has(flag)).map((flag) => `--${flag}`);
  if (forms.length > 1) throw new UsageError(`${forms.join(" and ")} exclude each other: give one of them`);
  const state = oneOf(given, "state", JOB_STATES);
  if (state !== undefined && !given.has("tasks")) throw new UsageError("--state needs --tasks: it selects tasks");
  for (const flag of ["file", "force"]) {
    if (given.has(flag) && !given.has("output")) {
      throw new UsageError(`--${flag} needs --output: it is about that output`);
    }
  }
  if (given.has("force") && !given.has("file")) throw new UsageError("--force needs --file: it replaces that file");
  return state ?? "";
}

async function show(client: MeshClient, jobId: string, { output }: CommandContext): Promise<void> {
  const status = await client.orchestrator("GetJob", { job_id: jobId });
  await (output.asJson ? output.json(status) : printJob(status, output));
}

async function watch(client: MeshClient, jobId: string, context: CommandContext): Promise<number> {
  const { output } = context;
  const shown = output.asJson ? { onStatus: (now: JobStatus) => output.event(now) } : {};
  const status = await followShown(client, jobId, context, shown);
  const failure = failureOfJob(status);
  if (output.asJson) return failure ? 1 : 0;
  await printJob(status, output);
  if (failure) throw failure;
  return 0;
}

async function listTasks(
  client: MeshClient,
  query: { readonly jobId: string; readonly state: string },
  { output }: CommandContext,
): Promise<void> {
  const pages = taskPages(client, query);
  for (;;) {
    const { value: tasks } = await unlessTooOld(pages.next(), "listing tasks");
    if (!tasks) return;
    if (!output.asJson) await printTasks(tasks, output);
    else for (const task of tasks) await output.event(task);
  }
}

async function forget(client: MeshClient, jobId: string, { output }: CommandContext): Promise<void> {
  await unlessTooOld(client.mesh("DeleteJob", { job_id: jobId }), "deleting jobs");
  await (output.asJson ? output.json({ job_id: jobId, deleted: true }) : output.line(`${jobId}  deleted`));
}
