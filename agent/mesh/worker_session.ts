import { MeshError, messageOf } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { logger } from "../core/log.ts";
import type {
  CommandOrder,
  CommandOutcome,
  CommandResponse,
  StatusSample,
  TaskAssignment,
  TaskOutcome,
} from "../../proto/messages.ts";
import { type CoordinatorBatch, type WorkerBatch, workerBatch } from "./batches.ts";
import type { BatchChannel } from "./channel.ts";
import { Outbox } from "./outbox.ts";
import { refKey, type UnacknowledgedOutcomes } from "./unacknowledged.ts";

const log = logger("worker");

/** Tasks that a worker takes at once from one coordinator. */
const TASK_SLOTS = 64;

/** A status sample goes up every so many ms; it is also the sign of life. */
const SAMPLE_INTERVAL_MS = 2000;

/** What is ended because its device leaves has so long, in ms, to end and say so. A command that is killed needs 1.3 s. */
const ABORT_MS = 2000;

/** What a session runs work with. */
export interface WorkSource {
  runTask(
    task: { readonly kind: string; readonly input: string },
    signal: AbortSignal,
  ): Promise<{ ok: boolean; output: string; error: string; time_ms: number }>;
  runCommand(
    command: string,
    args: readonly string[],
    options: { readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): Promise<CommandResponse>;
  sample(): StatusSample;
}

export interface WorkerSessionOptions {
  readonly deviceId: string;
  /** Random for each start of the program. */
  readonly instanceId: string;
  readonly work: WorkSource;
  /** Kept over reconnects, so that no outcome is lost with a stream. */
  readonly unacknowledged: UnacknowledgedOutcomes;
}

/** What goes up. Each outcome frees a slot. */
type Item =
  | { readonly outcome: TaskOutcome }
  | { readonly command: CommandOutcome };

/** The worker's side of one attached stream: runs what comes down and sends outcomes, credits and samples up. */
export class WorkerSession {
  readonly #outbox: Outbox<Item>;
  readonly #commands = new Map<string, AbortController>();
  readonly #tasks = new AbortController();
  readonly #running = new Set<string>();
  readonly #finished = Promise.withResolvers<MeshError | undefined>();
  readonly #welcome = Promise.withResolvers<{ deviceId: string; deviceName: string }>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #leaving = false;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(
    private readonly channel: BatchChannel<WorkerBatch, CoordinatorBatch>,
    private readonly options: WorkerSessionOptions,
  ) {
    this.#outbox = new Outbox((items) => channel.send(batchOf(items)));
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

  start(): void {
    const { deviceId, instanceId, work, unacknowledged } = this.options;
    this.channel.send(workerBatch({
      hello: { device_id: deviceId, instance_id: instanceId },
      sample: work.sample(),
      // Before the credits: what is done already must not be given out again.
      outcomes: unacknowledged.all(),
      credits: TASK_SLOTS,
    }));
    this.#timer = setInterval(() => this.channel.send(workerBatch({ sample: work.sample() })), SAMPLE_INTERVAL_MS);
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
    await this.#idleWithin(drainMs);
    this.#abortAll("the device is leaving the mesh");
    await this.#idleWithin(ABORT_MS);
    await this.#outbox.flushed();
    this.channel.close();
  }

  /** Resolves when nothing runs any more, at the latest after `ms`. */
  async #idleWithin(ms: number): Promise<void> {
    if (!this.#busy) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([new Promise<void>((resolve) => this.#idle.push(resolve)), late.promise]);
    clearTimeout(timer);
  }

  get #busy(): boolean {
    return this.#running.size > 0 || this.#commands.size > 0;
  }

  #receive(batch: CoordinatorBatch): void {
    if (batch.welcome) {
      this.#welcome.resolve({ deviceId: batch.welcome.device_id, deviceName: batch.welcome.device_name });
    }
    for (const ref of batch.acknowledged) this.options.unacknowledged.delete(ref);
    for (const id of batch.cancelled_commands) this.#commands.get(id)?.abort(cancelled());
    for (const task of batch.tasks) this.#runTask(task);
    for (const order of batch.commands) this.#runCommand(order);
    if (batch.closing) {
      this.channel.close();
      this.#onClose(new MeshError("UNAVAILABLE", "the coordinator is stopping"));
    }
  }

  async #runTask(task: TaskAssignment): Promise<void> {
    const key = refKey(task);
    const { unacknowledged, work } = this.options;
    if (this.#running.has(key) || unacknowledged.has(task)) return;
    this.#running.add(key);
    const { job_id, task_id, attempt } = task;
    let result;
    try {
      result = await work.runTask(task, this.#tasks.signal);
    } catch (error) {
      result = { ok: false, output: "", error: messageOf(error), time_ms: 0 };
    }
    this.#running.delete(key);
    if (this.#tasks.signal.aborted) return this.#checkIdle();
    const outcome = { job_id, task_id, attempt, ...result };
    unacknowledged.add(outcome);
    this.#outbox.put({ outcome }, outcome.output.length + 128);
    this.#checkIdle();
  }

  async #runCommand(order: CommandOrder): Promise<void> {
    if (this.#commands.has(order.order_id)) return;
    const controller = new AbortController();
    this.#commands.set(order.order_id, controller);
    let response: CommandResponse | null = null;
    let failure = { error_code: "", error_message: "" };
    try {
      response = await this.options.work.runCommand(order.command, order.args, {
        signal: controller.signal,
        ...(order.timeout_ms > 0 ? { timeoutMs: order.timeout_ms } : {}),
      });
    } catch (error) {
      const { aborted, reason } = controller.signal;
      failure = failureOf(aborted ? reason : error);
    }
    this.#commands.delete(order.order_id);
    const bytes = 128 + (response ? response.stdout.length + response.stderr.length : 0);
    this.#outbox.put({ command: { order_id: order.order_id, response, ...failure } }, bytes);
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (!this.#busy) { for (const resolve of this.#idle.splice(0)) resolve(); }
  }

  #abortAll(reason: string): void {
    this.#tasks.abort(new MeshError("CANCELLED", reason));
    const stopped = new MeshError("UNAVAILABLE", `the command was stopped: ${reason}`);
    for (const controller of this.#commands.values()) controller.abort(stopped);
  }

  #onClose(error: MeshError | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#abortAll("the coordinator is gone");
    this.#outbox.close();
    this.#running.clear();
    this.#checkIdle();
    this.#welcome.reject(error ?? new MeshError("UNAVAILABLE", "the coordinator closed the stream"));
    this.#finished.resolve(error);
  }
}

function batchOf(items: readonly Item[]): WorkerBatch {
  const outcomes = items.flatMap((item) => "outcome" in item ? [item.outcome] : []);
  return workerBatch({
    outcomes,
    credits: outcomes.length,
    command_outcomes: items.flatMap((item) => "command" in item ? [item.command] : []),
  });
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
