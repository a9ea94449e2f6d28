import type { DeviceInfo, ModelRates, OutputFile } from "../../proto/messages.ts";
import { isOrdinal, ordinalsOfText, textOfOrdinals } from "./ordinal_text.ts";
import {
  DEVICE_WIDTH,
  FILED_TASK_WIDTH,
  type Flat,
  JOB_WIDTH,
  KEYED_LEASE_WIDTH,
  KEYED_TASK_WIDTH,
  MODEL_RATES_WIDTH,
  PREDICTION_WIDTH,
  TICKET_WIDTH,
  type Write,
} from "./sqlite_messages.ts";
import { isUntried, OutcomeRuns, TaskRuns } from "./task_runs.ts";
import type {
  Change,
  DeviceRecord,
  FailedAttempt,
  FiledTask,
  JobOverview,
  JobRecord,
  JobState,
  Lease,
  PredictionRecord,
  SubmissionKey,
  TaskRecord,
  TicketRecord,
} from "./store.ts";

/** A message to the worker ends after this many rows or characters: making one takes a few ms. */
const ROWS_A_PART = 1_000;
const CHARACTERS_A_PART = 1024 * 1024;

/** What goes to the worker in one message; `last` says that nothing of the call is left. */
export interface Part {
  readonly write: Write;
  readonly rows: number;
  /** Roughly: the texts that may be long. */
  readonly characters: number;
  readonly last: boolean;
}

/** A new job, under a key that no other has, and its tasks. Takes from `tasks` only what fits into the part asked for. */
export function* insertParts(
  key: number,
  job: JobRecord,
  tasks: readonly TaskRecord[],
  submission: SubmissionKey | undefined,
): Generator<Part> {
  // Copied now: the parts are made later.
  const values: Flat = [key, job.jobId, job.text, job.maxWorkers, job.reduce, job.summary, job.createdAt];
  values.push(job.state, job.finishedAt, job.reason, tasks.length);
  const { reduced } = job;
  const named = submission && [submission.client, submission.key, key, job.createdAt];
  const counts = { DONE: 0, FAILED: 0 };
  for (const part of parts(tasks, (task) => task.spec.input.length + task.result.length)) {
    const outcomes = new OutcomeRuns();
    const runs = new TaskRuns();
    for (const task of part.items) {
      if (!isOrdinal(task.ordinal)) throw new RangeError(`job ${job.jobId} has a task in place ${task.ordinal}`);
      if (task.state === "DONE" || task.state === "FAILED") counts[task.state]++;
      runs.add(task);
      if (!isUntried(task)) outcomes.add(job.jobId, task);
    }
    const write: Write = {
      ...(part.first && !part.last && { hiddenJob: { key, jobId: job.jobId } }),
      newTasks: { key, tasks: runs.runs, outcomes: outcomes.runs },
      ...(part.last && { newJob: [...values, counts.DONE, counts.FAILED, reduced] }),
      ...(part.last && named && { submission: named }),
    };
    const { rows, last } = part;
    yield { write, rows, last, characters: part.characters + (last ? job.text.length + reduced.length : 0) };
  }
}

/** Changes of jobs and tasks, and leases. Takes from the tasks only what fits into the part asked for. */
export function* updateParts({ jobs = [], tasks = [], leases = [] }: Change): Generator<Part> {
  const jobChanges = jobs.flatMap((job) => [job.jobId, job.state, job.finishedAt, job.reason]);
  const reduced = jobs.flatMap((job) => job.reduced === undefined ? [] : [job.jobId, job.reduced]);
  const reducedCharacters = jobs.reduce((sum, job) => sum + (job.reduced?.length ?? 0), 0);
  const newLeases = leases.flatMap(flatLease);
  for (const part of parts(tasks, (task) => task.result.length + task.error.length)) {
    const changes = new OutcomeRuns();
    for (const task of part.items) changes.add(task.jobId, task);
    const write: Write = {
      ...(part.first && jobs.length > 0 && { jobChanges }),
      ...(part.first && reduced.length > 0 && { reduced }),
      ...(tasks.length > 0 && { taskChanges: changes.runs }),
      ...(part.last && leases.length > 0 && { leases: newLeases }),
    };
    const rows = part.rows + (part.first ? jobs.length : 0) + (part.last ? leases.length : 0);
    const characters = part.characters + (part.first ? reducedCharacters : 0);
    yield { write, rows, characters, last: part.last };
  }
}

export function devicePart(device: DeviceRecord): Part {
  const info = JSON.stringify(device.info);
  const values = [device.info.device_id, info, device.registeredAt, device.lastSeen];
  return { write: { device: values }, rows: 1, characters: info.length, last: true };
}

export function modelRatesPart(model: string, rates: ModelRates): Part {
  const { prefill_toks_per_s, decode_toks_per_s, load_ms, overhead_ms } = rates;
  const { characters_per_token, output_tokens, samples, measured_at } = rates;
  const means = [prefill_toks_per_s, decode_toks_per_s, load_ms, overhead_ms, characters_per_token, output_tokens];
  return smallPart({ modelRates: [model, ...means, samples, measured_at] });
}

export function predictionPart(prediction: PredictionRecord): Part {
  const { deviceId, model, at, predictedMs, uncorrectedMs, actualMs, promptTokens, outputTokens } = prediction;
  const durations = [predictedMs, uncorrectedMs, actualMs];
  return smallPart({ prediction: [deviceId, model, at, ...durations, promptTokens, outputTokens] });
}

export function ticketPart({ tokenHash, expiresAt, subject }: TicketRecord): Part {
  return { write: { ticket: [tokenHash, expiresAt, subject] }, rows: 1, characters: subject.length, last: true };
}

/** A write of one row. */
export function smallPart(write: Write): Part {
  return { write, rows: 1, characters: 0, last: true };
}

/** At least one part, even of no items. */
function* parts<T>(all: readonly T[], lengthOf: (item: T) => number) {
  let at = 0;
  do {
    const begin = at;
    let characters = 0;
    while (at < all.length && at - begin < ROWS_A_PART && characters < CHARACTERS_A_PART) {
      characters += lengthOf(all[at++] as T);
    }
    const items = begin === 0 && at === all.length ? all : all.slice(begin, at);
    yield { items, characters, rows: at - begin, first: begin === 0, last: at >= all.length };
  } while (at < all.length);
}

function flatLease(lease: Lease): Flat {
  return [lease.jobId, lease.deviceId, lease.deviceName, lease.instanceId, textOfOrdinals(lease.ordinals)];
}

/** Jobs of a page, each with the key that its tasks are read with. */
export function jobsOf(values: Flat): { key: number; overview: JobOverview }[] {
  return rowsOf(values, JOB_WIDTH, (at) => ({
    key: values[at] as number,
    overview: {
      jobId: values[at + 1] as string,
      text: values[at + 2] as string,
      maxWorkers: values[at + 3] as number,
      reduce: values[at + 4] as string,
      summary: values[at + 5] as string,
      createdAt: values[at + 6] as number,
      state: values[at + 7] as JobState,
      finishedAt: values[at + 8] as number,
      reason: values[at + 9] as string,
      tasksTotal: values[at + 10] as number,
      tasksDone: values[at + 11] as number,
      tasksFailed: values[at + 12] as number,
      reduced: values[at + 13] as string,
    },
  }));
}

/** Tasks of a page, each with the key of its job. */
export function tasksOf(values: Flat): { jobKey: number; task: TaskRecord }[] {
  return rowsOf(values, KEYED_TASK_WIDTH, (at) => ({
    jobKey: values[at] as number,
    task: {
      ordinal: values[at + 1] as number,
      group: values[at + 2] as number,
      spec: {
        task_id: values[at + 3] as string,
        kind: values[at + 4] as string,
        input: values[at + 5] as string,
        target_device_id: values[at + 6] as string,
        prompt_tokens: values[at + 7] as number,
        max_output_tokens: values[at + 8] as number,
      },
      timeoutMs: values[at + 9] as number,
      state: values[at + 10] as JobState,
      attempt: values[at + 11] as number,
      deviceId: values[at + 12] as string,
      deviceName: values[at + 13] as string,
      result: values[at + 14] as string,
      error: values[at + 15] as string,
      failedAttempts: attemptsOf(values[at + 16] as string),
      ...fileOf(values[at + 17] as string),
    },
  }));
}

/** Tasks with output files of a page. */
export function filedTasksOf(values: Flat): FiledTask[] {
  return rowsOf(values, FILED_TASK_WIDTH, (at) => ({
    taskId: values[at] as string,
    deviceId: values[at + 1] as string,
    file: JSON.parse(values[at + 2] as string) as OutputFile,
  }));
}

/** Leases of a page, each with the key of its job. */
export function leasesOf(values: Flat): { jobKey: number; lease: Omit<Lease, "jobId"> }[] {
  return rowsOf(values, KEYED_LEASE_WIDTH, (at) => ({
    jobKey: values[at] as number,
    lease: {
      deviceId: values[at + 1] as string,
      deviceName: values[at + 2] as string,
      instanceId: values[at + 3] as string,
      ordinals: ordinalsOfText(values[at + 4] as string),
    },
  }));
}

/** Devices of a page. */
export function devicesOf(values: Flat): DeviceRecord[] {
  return rowsOf(values, DEVICE_WIDTH, (at) => ({
    info: JSON.parse(values[at + 1] as string) as DeviceInfo,
    registeredAt: values[at + 2] as number,
    lastSeen: values[at + 3] as number,
  }));
}

/** Rates of a page, each with the name of its model. */
export function modelRatesOf(values: Flat): [model: string, rates: ModelRates][] {
  return rowsOf(values, MODEL_RATES_WIDTH, (at) => [values[at] as string, {
    prefill_toks_per_s: values[at + 1] as number,
    decode_toks_per_s: values[at + 2] as number,
    load_ms: values[at + 3] as number,
    overhead_ms: values[at + 4] as number,
    characters_per_token: values[at + 5] as number,
    output_tokens: values[at + 6] as number,
    samples: values[at + 7] as number,
    measured_at: values[at + 8] as number,
  }]);
}

/** Predictions of a page. */
export function predictionsOf(values: Flat): PredictionRecord[] {
  return rowsOf(values, PREDICTION_WIDTH, (at) => ({
    deviceId: values[at] as string,
    model: values[at + 1] as string,
    at: values[at + 2] as number,
    predictedMs: values[at + 3] as number,
    uncorrectedMs: values[at + 4] as number,
    actualMs: values[at + 5] as number,
    promptTokens: values[at + 6] as number,
    outputTokens: values[at + 7] as number,
  }));
}

/** Tickets of a page. */
export function ticketsOf(values: Flat): TicketRecord[] {
  return rowsOf(values, TICKET_WIDTH, (at) => ({
    tokenHash: values[at] as string,
    expiresAt: values[at + 1] as number,
    subject: values[at + 2] as string,
  }));
}

function attemptsOf(text: string): readonly FailedAttempt[] {
  return text === "" ? [] : JSON.parse(text) as FailedAttempt[];
}

function fileOf(text: string): Pick<TaskRecord, "outputFile"> {
  return text === "" ? {} : { outputFile: JSON.parse(text) as OutputFile };
}

function rowsOf<T>(values: Flat, width: number, rowAt: (at: number) => T): T[] {
  const rows: T[] = [];
  for (let at = 0; at < values.length; at += width) rows.push(rowAt(at));
  return rows;
}
