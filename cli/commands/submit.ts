import type { GivenFlags } from "../../agent/config/flags.ts";
import { checked } from "../../agent/config/settings.ts";
import { LinkedSignal } from "../../agent/core/abort.ts";
import { type MeshError, UsageError } from "../../agent/core/errors.ts";
import { taskTimeoutOf } from "../../agent/plans/task_timeout.ts";
import type { JobInfo } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { Command, CommandContext } from "../command.ts";
import { oneOf, wholeNumber } from "../command_line.ts";
import { Interrupted } from "../failure.ts";
import { ANSWER_MS, CANCEL_MS, cancelAnew } from "../interrupted_job.ts";
import { resultsElsewhere } from "../job_view.ts";
import { failureOfJob, followShown } from "../job_watch.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { PatientClient } from "../patient_client.ts";
import { readPlan } from "../read_plan.ts";
import { MOST_WORKERS, PLANNING_TIMEOUT_MS, REDUCES, type Submission, submitJob } from "../submission.ts";

/** What saying how a cancellation went may take, in ms. */
const OUTPUT_MS = 500;

export const command: Command = {
  name: "submit",
  summary: "submit a job, described in words or by a plan file",
  usage: [
    "submit TEXT [--max-workers N] [--wait]",
    "submit --plan FILE [--max-workers N] [--reduce KIND] [--task-timeout DURATION] [--wait]",
  ],
  details: "Prints the job's id and summary; with --wait also its final result, and ends with exit code 1 when it " +
    "failed. FILE may be - for standard input. With --json: the message JobInfo, or with --wait JobStatus.\n" +
    "The results are combined as one text with a heading for each device (concat), as a JSON list with task and device " +
    "(json), as the outputs alone (lines), as the first success, which ends the rest of its group (first), or as a " +
    "summary that a model of the mesh writes of them (llm-summarize). Without --reduce, whoever plans TEXT chooses; a " +
    "plan's results are concatenated.\n" +
    "A task of a plan file may have a time limit of its own, which goes before --task-timeout:\n" +
    '  {"task_id": "a", "kind": "ECHO", "input": "hi", "timeout": "5m"}\n' +
    "Ctrl-C ends the waiting only; with --cancel-on-interrupt it cancels the job too.",
  flags: {
    plan: { kind: "string", placeholder: "FILE", help: 'a plan: {"groups": […]}' },
    "max-workers": { kind: "string", placeholder: "N", help: "use at most N devices (default: all)" },
    reduce: { kind: "string", placeholder: "KIND", help: `how the results are combined: ${REDUCES.join(", ")}` },
    "task-timeout": {
      kind: "string",
      placeholder: "DURATION",
      help: "end each attempt at a task after this: 30, 30s, 5m, 1h (default 250s)",
    },
    wait: { kind: "boolean", help: "wait for the job and print its result" },
    "cancel-on-interrupt": { kind: "boolean", help: "with --wait: Ctrl-C cancels the job" },
  },
  arguments: { least: 0, most: Infinity },
  completes: { flags: { reduce: REDUCES } },
  async run(context) {
    const { given, output, signal } = context;
    const submission = await readSubmission(context);
    using asking = askingSignal(context);
    const connect = () => context.connect(submission.plan ? undefined : PLANNING_TIMEOUT_MS, asking.signal);
    const onAway = ({ message }: MeshError) => output.note(`${message}; trying again`);
    const patient = new PatientClient(await connect(), { reconnect: connect, onAway, signal: asking.signal });
    signal.throwIfAborted();
    const info = await submitted(submitJob(patient, submission), output);
    if (!output.asJson) await output.line(`${printable(info.job_id)}  ${printable(info.summary)}`);
    if (given.has("wait")) return await wait(patient.current, info, context);
    if (output.asJson) await output.json(info);
  },
};

/**
 * What ends the submission: Ctrl-C. Where that is to cancel the job, its answer is waited for a while, since nobody else
 * knows which job to cancel.
 */
function askingSignal({ given, signal, graceAfterInterrupt }: CommandContext): LinkedSignal {
  if (!given.has("cancel-on-interrupt")) return new LinkedSignal(signal);
  graceAfterInterrupt(ANSWER_MS + CANCEL_MS + OUTPUT_MS);
  const asking = new LinkedSignal();
  signal.addEventListener("abort", () => asking.abortAfter(ANSWER_MS, signal.reason), { once: true });
  return asking;
}

/** Ctrl-C may come between the submission and its answer. */
async function submitted(submitting: Promise<JobInfo>, output: Output): Promise<JobInfo> {
  try {
    return await submitting;
  } catch (error) {
    if (error instanceof Interrupted) {
      await output.note("whether the job was submitted is not known: see edgemesh jobs");
    }
    throw error;
  }
}

async function readSubmission(context: CommandContext): Promise<Submission> {
  const { given, positionals } = context;
  const text = positionals.join(" ");
  checkWhat(given, text);
  const settings = {
    maxWorkers: wholeNumber(given, "max-workers", { least: 0, most: MOST_WORKERS }) ?? 0,
    reduce: oneOf(given, "reduce", REDUCES),
    taskTimeoutMs: taskTimeout(given),
    idempotencyKey: crypto.randomUUID(),
  };
  const file = given.text("plan");
  if (file === undefined) return { text, plan: null, taskTimeoutsMs: new Map(), ...settings };
  const { plan, taskTimeoutsMs } = await readPlan(file, context);
  return { text: "", plan, taskTimeoutsMs, ...settings };
}

function taskTimeout(given: GivenFlags): number | undefined {
  const text = given.text("task-timeout");
  return checked(text === undefined ? undefined : { origin: "--task-timeout", value: text }, taskTimeoutOf);
}

function checkWhat(given: GivenFlags, text: string): void {
  if (given.has("plan") && text) throw new UsageError("TEXT and --plan exclude each other: give one of them");
  if (!given.has("plan") && !text.trim()) throw new UsageError("submit needs TEXT or --plan FILE");
  if (given.has("cancel-on-interrupt") && !given.has("wait")) {
    throw new UsageError("--cancel-on-interrupt needs --wait: nothing is waited for that Ctrl-C could end");
  }
}

async function wait(client: MeshClient, info: JobInfo, context: CommandContext): Promise<number> {
  const { output } = context;
  const status = await followOrLeave(client, info.job_id, context);
  const failure = failureOfJob(status);
  if (output.asJson) {
    await output.json(status);
    return failure ? 1 : 0;
  }
  if (status.final_result) {
    await output.line();
    await output.text(status.final_result);
  }
  const elsewhere = resultsElsewhere(status);
  if (elsewhere !== undefined) await output.note(elsewhere);
  if (failure) throw failure;
  return 0;
}

/** Follows the job. On Ctrl-C it says what becomes of the job, and has that cancelled where that was wanted. */
async function followOrLeave(client: MeshClient, jobId: string, context: CommandContext) {
  const { given, output } = context;
  try {
    return await followShown(client, jobId, context, { isNew: true });
  } catch (error) {
    if (error instanceof Interrupted) {
      const goesOn = `job ${jobId} goes on: edgemesh job ${jobId} --watch, or edgemesh cancel ${jobId}`;
      await output.note(given.has("cancel-on-interrupt") ? await cancelAnew(jobId, context) : goesOn);
    }
    throw error;
  }
}
