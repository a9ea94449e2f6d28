import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { logger } from "../core/log.ts";
import { inSpan } from "../core/tracing.ts";
import type {
  CommandOrder,
  CommandResponse,
  KindSlots,
  OutputRemoval,
  StatusSample,
  TaskAssignment,
  TaskOutcome,
} from "../../proto/messages.ts";
import { type CoordinatorBatch, type WorkerBatch, workerBatch } from "./batches.ts";
import type { BatchChannel } from "./channel.ts";
import { FileLane } from "./file_lane.ts";
import { type FileHost, FileRuns } from "./file_runs.ts";
import { type HeldAttempts, TASK_SLOTS, type TaskRunner } from "./held_attempts.ts";
import { ModelRuns, type ModelSource } from "./model_runs.ts";
import { Outbox } from "./outbox.ts";
import { RunningCount } from "./running_count.ts";
import { type ScreenHost, ScreenRuns } from "./screen_runs.ts";
import { batchOf, type WorkerItem } from "./worker_items.ts";

const log = logger("worker");

/** A status sample goes up every so many ms; it is also the sign of life. */
const SAMPLE_INTERVAL_MS = 2000;

/** A command that is ended because its device leaves has so long, in ms, to end and say so. It needs 1.3 s. */
const STOP_MS = 2000;

/** How a command is run. */
export interface CommandRunOptions {
  readonly signal: AbortSignal;
  /** Undefined = this device's own limit. */
  readonly timeoutMs?: number;
  /** Who asked the coordinator for it; empty where that is older and does not say. */
  readonly clientName: string;
  readonly peer: string;
}

/** What a session runs work with. */
export interface WorkSource extends TaskRunner {
  /** How many tasks of each kind this device runs at once. */
  readonly kinds: readonly KindSlots[];
  runCommand(
    command: string,
    args: readonly string[],
    options: CommandRunOptions,
  ): Promise<CommandResponse>;
  sample(): StatusSample;
  /** Removes outputs that are kept as files; undefined where none are. @param name empty = all of the job's */
  readonly outputs?: { remove(jobId: string, name: string): Promise<void> } | undefined;
  /** Undefined where the device uses no local model. */
  readonly models?: ModelSource | undefined;
  /** Undefined where the device's screen is off. */
  readonly screen?: ScreenHost | undefined;
  /** Undefined where it has no files for the mesh. */
  readonly files?: FileHost | undefined;
}

export interface WorkerSessionOptions {
  readonly deviceId: string;
  /** Random for each start of the program. */
  readonly instanceId: string;
  readonly work: WorkSource;
  /** Kept over reconnects, so that nothing is lost or stopped with a stream. */
  readonly held: HeldAttempts;
}

/** The worker's side of one attached stream: runs what comes down and sends outcomes, credits and samples up. */
export class WorkerSession {
  readonly #outbox: Outbox<WorkerItem>;
  readonly #commands = new Map<string, AbortController>();
  readonly #runningCommands = new RunningCount();
  readonly #models: ModelRuns;
  readonly #screen: ScreenRuns;
  readonly #lane = new FileLane(() => this.#outbox.wake());
  readonly #files: FileRuns;
  readonly #onOutcome = (outcome: TaskOutcome) => this.#put(outcome, 1);
  readonly #over = new AbortController();
  readonly #finished = Promise.withResolvers<MeshError | undefined>();
  readonly #welcome = Promise.withResolvers<{ deviceId: string; deviceName: string }>();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #unlisten: ((() => void) | undefined)[] = [];
  #leaving = false;
  /** Whether the coordinator takes long outputs as files. */
  #takesFiles = false;

  constructor(
    private readonly channel: BatchChannel<WorkerBatch, CoordinatorBatch>,
    private readonly options: WorkerSessionOptions,
  ) {
    this.#outbox = new Outbox<WorkerItem>((items) => channel.send(batchOf(items)), () => {
      const fileData = this.#lane.next();
      return fileData && { file: { fileData }, credits: 0 };
    });
    this.#files = new FileRuns(
      options.work.files,
      (file, bytes) => this.#outbox.put({ file, credits: 0 }, bytes),
      this.#lane,
    );
    this.#models = new ModelRuns(
      options.work.models,
      (answer, bytes) => this.#outbox.put({ answer, credits: 0 }, bytes),
    );
    this.#screen = new ScreenRuns(
      options.work.screen,
      (screen, bytes) => this.#outbox.put({ screen, credits: 0 }, bytes),
    );
    this.#welcome.promise.catch(() => {/* whoever awaits it hears of it; nobody has to */});
    channel.listen({
      onBatch: (batch) => this.#receive(batch),
      onDrain: () => this.#outbox.drained(),
      onClose: (error) => this.#onClose(error),
    });
  }

  /** Resolves with the coordinator when it has accepted this device; rejects when the stream ends before. */
  get welcomed(): Promise<{ deviceId: string; deviceName: string }> {
    return this.#welcome.promise;
  }

  /** Resolves when the stream is over: with the error, or undefined when it was ended on purpose. */
  get closed(): Promise<MeshError | undefined> {
    return this.#finished.promise;
  }

  get #closed(): boolean {
    return this.#over.signal.aborted;
  }

  start(): void {
    const { deviceId, instanceId, work, held } = this.options;
    const hello = { device_id: deviceId, instance_id: instanceId, kinds: [...work.kinds], held: held.refs() };
    const models = work.models?.report() ?? null;
    const files = this.#files.report();
    this.channel.send(workerBatch({ hello, ...this.#state(), models, files, credits: TASK_SLOTS - held.running }));
    // Whoever had them before may have lost them with the stream. Their slots are among the credits already.
    held.listen(this.#onOutcome);
    for (const outcome of held.outcomes()) this.#put(outcome, 0);
    this.#timer = setInterval(() => this.channel.send(workerBatch(this.#state())), SAMPLE_INTERVAL_MS);
    this.#unlisten.push(
      work.models?.onReport(() => this.channel.send(workerBatch({ models: work.models?.report() ?? null }))),
      work.screen?.onReport(() => this.channel.send(workerBatch({ screens: this.#screen.report() }))),
    );
  }

  #state(): Pick<WorkerBatch, "sample" | "model_load" | "screens"> {
    const { work } = this.options;
    return { sample: work.sample(), model_load: work.models?.load() ?? null, screens: this.#screen.report() };
  }

  /**
   * Tells the coordinator that this device goes, waits until what runs has ended (at most `drainMs`), and closes.
   * Idempotent.
   */
  async leave(drainMs: number): Promise<void> {
    if (this.#closed) return;
    if (!this.#leaving) {
      this.#leaving = true;
      this.channel.send(workerBatch({ leaving: true }));
    }
    const reason = "the device is leaving the mesh";
    // Nobody shall be asked any more whether somebody may look.
    this.#screen.stop(reason);
    await this.#idleWithin(drainMs);
    this.#stopCommands(reason);
    this.#models.stop(reason);
    this.#files.stop(reason);
    await Promise.all([this.options.held.stop(reason), this.#idleWithin(STOP_MS)]);
    await this.#outbox.flushed();
    this.channel.close();
  }

  /** Resolves when nothing runs any more or the stream is over, at the latest after `ms`. */
  async #idleWithin(ms: number): Promise<void> {
    using late = new LinkedSignal(this.#over.signal);
    late.abortAfter(ms, undefined);
    await Promise.all([
      this.options.held.idle(late.signal),
      this.#runningCommands.none(late.signal),
      this.#models.running.none(late.signal),
      this.#screen.running.none(late.signal),
      this.#files.running.none(late.signal),
    ]);
  }

  #receive(batch: CoordinatorBatch): void {
    if (this.#closed) return;
    const { held } = this.options;
    if (batch.welcome) {
      this.#takesFiles = batch.welcome.output_files;
      this.#welcome.resolve({ deviceId: batch.welcome.device_id, deviceName: batch.welcome.device_name });
    }
    for (const ref of batch.acknowledged) held.acknowledge(ref);
    for (const lease of batch.acknowledged_leases) held.acknowledgeLease(lease);
    for (const id of batch.cancelled_commands) this.#commands.get(id)?.abort(cancelled());
    for (const task of batch.tasks) if (!held.begin(task, this.#takesFiles)) this.#answerDouble(task);
    // After the tasks: the same batch may give an attempt and take it back.
    for (const ref of batch.cancelled_tasks) held.cancel(ref);
    for (const removal of batch.removed_outputs) this.#removeOutput(removal);
    for (const order of batch.commands) this.#runCommand(order);
    for (const order of batch.model_orders) this.#models.begin(order);
    for (const id of batch.cancelled_model_orders) this.#models.cancel(id);
    for (const order of batch.screen_orders) this.#screen.begin(order);
    for (const id of batch.cancelled_screen_orders) this.#screen.cancel(id);
    for (const order of batch.file_orders) this.#files.begin(order);
    for (const credit of batch.file_credits) this.#lane.credit(credit);
    for (const data of batch.file_data) this.#files.data(data);
    for (const id of batch.cancelled_file_orders) this.#files.cancel(id);
    if (batch.closing) {
      this.channel.close();
      this.#onClose(new MeshError("UNAVAILABLE", "the coordinator is stopping"));
    }
  }

  /** An attempt that came a second time used up a credit, and its coordinator may not have its outcome. */
  #answerDouble(task: TaskAssignment): void {
    const outcome = this.options.held.outcome(task);
    if (outcome) this.#put(outcome, 1);
    else this.#outbox.put({ credits: 1 });
  }

  #put(outcome: TaskOutcome, credits: 0 | 1): void {
    this.#outbox.put({ outcome, credits }, outcome.output.length + outcome.error.length + 128);
  }

  #removeOutput({ job_id, name }: OutputRemoval): void {
    this.options.work.outputs?.remove(job_id, name).catch((error) =>
      log.warn("cannot remove an output that nobody wants: {error}", { error })
    );
  }

  async #runCommand(order: CommandOrder): Promise<void> {
    if (this.#commands.has(order.order_id)) return;
    const controller = new AbortController();
    this.#commands.set(order.order_id, controller);
    this.#runningCommands.begin();
    let response: CommandResponse | null = null;
    let failure = { error_code: "", error_message: "" };
    try {
      const options = {
        signal: controller.signal,
        clientName: order.client_name,
        peer: order.peer,
        ...(order.timeout_ms > 0 ? { timeoutMs: order.timeout_ms } : {}),
      };
      const traced = { kind: "consumer", parent: order.trace_parent } as const;
      const run = () => this.options.work.runCommand(order.command, order.args, options);
      response = await inSpan("command", traced, run);
    } catch (error) {
      const { aborted, reason } = controller.signal;
      failure = failureOf(aborted ? reason : error);
    }
    this.#commands.delete(order.order_id);
    const bytes = 128 + (response ? response.stdout.length + response.stderr.length : 0);
    this.#outbox.put({ command: { order_id: order.order_id, response, ...failure }, credits: 0 }, bytes);
    this.#runningCommands.end();
  }

  #stopCommands(reason: string): void {
    const stopped = new MeshError("UNAVAILABLE", `the command was stopped: ${reason}`);
    for (const controller of this.#commands.values()) controller.abort(stopped);
  }

  /** Commands, generations and questions end with their stream, since their callers are gone; tasks and screens go on. */
  #onClose(error: MeshError | undefined): void {
    if (this.#closed) return;
    this.#over.abort();
    clearInterval(this.#timer);
    for (const unlisten of this.#unlisten) unlisten?.();
    this.options.held.unlisten(this.#onOutcome);
    this.#stopCommands("the coordinator is gone");
    this.#models.stop("the coordinator is gone");
    this.#screen.stop("the coordinator is gone");
    this.#files.stop("the coordinator is gone");
    this.#lane.fail(new MeshError("UNAVAILABLE", "the coordinator is gone"));
    this.#outbox.close();
    this.#welcome.reject(error ?? new MeshError("UNAVAILABLE", "the coordinator closed the stream"));
    this.#finished.resolve(error);
  }
}

function cancelled(): MeshError {
  return new MeshError("CANCELLED", "the caller went away");
}

function failureOf(error: unknown): { error_code: string; error_message: string } {
  if (error instanceof MeshError) return { error_code: error.code, error_message: error.message };
  const id = newId().slice(0, 8);
  log.error("a command failed unexpectedly ({id}): {error}", { id, error });
  return { error_code: "INTERNAL", error_message: `internal error ${id} on the device; its log says more` };
}
