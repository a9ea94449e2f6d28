/**
 * What goes between the store and its worker. Rows travel as flat arrays, one value after the other in the order named
 * here: cloning them takes a seventh of the time that one object a row does (100,000 tasks: 43 ms against 307 ms).
 */
export type Flat = (string | number)[];

/**
 * A read task: the key of its job, `ordinal, group, task_id, kind, input, target_device_id, prompt_tokens,
 * max_output_tokens, timeout_ms`, then `state, attempt, device_id, device_name, result, error, failed_attempts,
 * output_file as JSON`.
 */
export const KEYED_TASK_WIDTH = 18;
/** `task_id, device_id, output_file as JSON` */
export const FILED_TASK_WIDTH = 3;
/** `job_id, state, finished_at, reason` */
export const JOB_CHANGE_WIDTH = 4;
/** `job_id, reduced` */
export const REDUCED_WIDTH = 2;
/** `job_id, device_id, device_name, instance_id, ordinals as text` */
export const LEASE_WIDTH = 5;
/** The key of a lease's job, then `device_id, device_name, instance_id, ordinals as text`. */
export const KEYED_LEASE_WIDTH = 5;
/** `device_id, info as JSON, registered_at, last_seen` */
export const DEVICE_WIDTH = 4;
/**
 * `model, prefill_toks_per_s, decode_toks_per_s, load_ms, overhead_ms, characters_per_token, output_tokens, samples,
 * measured_at`
 */
export const MODEL_RATES_WIDTH = 9;
/** `device_id, model, ended_at, predicted_ms, uncorrected_ms, actual_ms, prompt_tokens, output_tokens` */
export const PREDICTION_WIDTH = 8;
/** `token_hash, expires_at, subject as JSON` */
export const TICKET_WIDTH = 3;
/**
 * `key, job_id, text, max_workers, reduce, summary, created_at, state, finished_at, reason, tasks_total, tasks_done,
 * tasks_failed, reduced`
 */
export const JOB_WIDTH = 14;

/** Tasks of one job in the order of a call, as long as they have the shared values in common. */
export interface TaskRun {
  /** `group, kind, target_device_id, prompt_tokens, max_output_tokens, timeout_ms` */
  readonly shared: Flat;
  readonly ordinals: number[];
  readonly taskIds: string[];
  readonly inputs: string[];
}

/**
 * Outcomes of tasks of one job in the order of a call, as long as they have the shared values in common. To clone and
 * write such runs takes less than half the processor time that one row for each does.
 */
export interface OutcomeRun {
  readonly jobId: string;
  /** `state, attempt, device_id, device_name, error, failed_attempts, output_file` */
  readonly shared: Flat;
  readonly ordinals: number[];
  readonly results: string[];
}

/** What one call writes, or one part of it. Everything in it is applied in the order of these fields. */
export interface Write {
  /** Begins a job in several transactions: its key stays hidden until the job's row is there. */
  readonly hiddenJob?: { readonly key: number; readonly jobId: string };
  /** `outcomes`: of those that were tried before. */
  readonly newTasks?: {
    readonly key: number;
    readonly tasks: readonly TaskRun[];
    readonly outcomes: readonly OutcomeRun[];
  };
  /** Makes the job visible. */
  readonly newJob?: Flat;
  /** `client, key, the job's key, made_at` */
  readonly submission?: Flat;
  readonly jobChanges?: Flat;
  /** Final results that were made. */
  readonly reduced?: Flat;
  readonly taskChanges?: readonly OutcomeRun[];
  readonly leases?: Flat;
  /** Hides the job: its rows are left to `sweep`. */
  readonly removedJob?: string;
  /** Unix time in ms. */
  readonly forgetSubmissionsBefore?: number;
  readonly device?: Flat;
  readonly removedDevice?: string;
  readonly modelRates?: Flat;
  readonly prediction?: Flat;
  readonly ticket?: Flat;
  /** Its hash. */
  readonly removedTicket?: string;
  /** Unix time in ms. */
  readonly removeTicketsBefore?: number;
}

/** What can be read. The pages of one read show the store at one moment. */
export type Query =
  /** The job's row (none if it is unknown), then its tasks in order, then its leases. */
  | { readonly what: "job"; readonly jobId: string }
  /** The rows of all unfinished jobs, oldest first, then their tasks, then their leases. */
  | { readonly what: "unfinished" }
  | {
    readonly what: "jobs";
    readonly state: string | undefined;
    readonly limit: number;
    readonly after: { readonly createdAt: number; readonly jobId: string } | undefined;
  }
  | {
    readonly what: "tasks";
    readonly jobId: string;
    readonly state: string | undefined;
    readonly after: number;
    readonly limit: number;
    readonly characters: number;
  }
  | { readonly what: "filed tasks"; readonly jobId: string }
  | { readonly what: "submitted"; readonly client: string; readonly key: string; readonly since: number }
  | { readonly what: "finished"; readonly before: number; readonly limit: number }
  | { readonly what: "devices" }
  | { readonly what: "model rates" }
  /** Of each device and model the latest `limit`, in the order in which they were added. */
  | { readonly what: "predictions"; readonly limit: number }
  | { readonly what: "tickets" };

/** At most some thousand rows of one kind; of `ids` each is one text. */
export interface Page {
  readonly of:
    | "jobs"
    | "tasks"
    | "filed tasks"
    | "leases"
    | "ids"
    | "devices"
    | "model rates"
    | "predictions"
    | "tickets";
  readonly values: Flat;
}

export type Request =
  /** `fullCheck`: look at every page of the file, however large it is. */
  | { readonly op: "open"; readonly path: string; readonly fullCheck: boolean }
  /** One transaction, or one each where one of them fails. */
  | { readonly op: "commit"; readonly writes: readonly Write[] }
  /** A part of a transaction that is too large for one message; the first part begins it, the last one commits it. */
  | { readonly op: "part"; readonly write: Write; readonly first: boolean; readonly last: boolean }
  /** Gives up the transaction whose parts were being sent. */
  | { readonly op: "abandon" }
  /** Removes some rows of a hidden job, but of none of these keys. */
  | { readonly op: "sweep"; readonly sparing: readonly number[] }
  /** Starts a read and answers its first page. One read at a time. */
  | { readonly op: "read"; readonly query: Query }
  | { readonly op: "next page" }
  | { readonly op: "close" };

/** Why something failed, as far as the answer to the user differs. */
export type FailureKind = "full" | "locked" | "damaged" | "newer" | "foreign" | "other";

export interface Failure {
  readonly kind: FailureKind;
  /** What SQLite said. */
  readonly message: string;
}

export interface Reply {
  /** The request as a whole failed. */
  readonly failure?: Failure;
  /** Of a commit: why each write failed, or null, in their order. */
  readonly failures?: readonly (Failure | null)[];
  /** Transactions that were committed. */
  readonly commits?: number;
  /** Of an open: the first key that no job has, nor will be swept of one. */
  readonly nextKey?: number;
  /** Of a sweep: whether something is left to remove. */
  readonly more?: boolean;
  /** Absent after the last page. */
  readonly page?: Page | undefined;
}
