import { type ErrorCode, MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { traceParentHere } from "../core/tracing.ts";
import type {
  CommandOutcome,
  CommandResponse,
  ModelAnswer,
  OutputRemoval,
  ScreenReply,
  TaskAssignment,
  TaskOutcome,
  TaskRef,
} from "../../proto/messages.ts";
import { type CoordinatorBatch, coordinatorBatch, type WorkerBatch } from "./batches.ts";
import type { BatchChannel } from "./channel.ts";
import { FileLane } from "./file_lane.ts";
import { type FileLink, FileOrders } from "./file_orders.ts";
import type { CloseOptions, DeviceLink, ExecuteOptions, LinkEvents, LinkKind } from "./device_link.ts";
import { batchOf, chunksOf, type LinkItem } from "./link_items.ts";
import { type ModelOrderOptions, ModelOrders, type ModelTask } from "./model_orders.ts";
import { Outbox } from "./outbox.ts";
import { type ScreenOrderOptions, ScreenOrders, type ScreenTask } from "./screen_orders.ts";

/**
 * A device that sends nothing for so long is gone, in ms. Samples come every 2 s, so a loss is noticed within 6 s: this
 * plus the quarter of a second between two looks.
 */
export const SILENCE_LIMIT_MS = 5500;

/** A worker cannot grant more credits than this at once, whatever it says. */
const MAX_CREDITS = 1024;

interface PendingCommand {
  readonly resolve: (response: CommandResponse) => void;
  readonly reject: (error: MeshError) => void;
}

/** The coordinator's side of one attached stream. What the worker says is checked before it is believed. */
export class AttachedLink implements DeviceLink {
  readonly #outbox: Outbox<LinkItem>;
  readonly #commands = new Map<string, PendingCommand>();
  readonly #models = new ModelOrders((item, bytes) => this.#outbox.put(item, bytes));
  readonly #screens = new ScreenOrders((item, bytes) => this.#outbox.put(item, bytes));
  readonly #lane = new FileLane(() => this.#outbox.wake());
  readonly #files = new FileOrders((item) => this.#outbox.put(item), this.#lane, () => this.#requireFiles());
  #credits = 0;
  #leaving = false;
  #closed = false;
  /** Whether it says which models it has: an older program does not, and knows no orders for them. */
  #hasReported = false;
  /** Whether it says something of its screen: an older program does not, and knows no orders for it. */
  #knowsScreens = false;
  /** The same of its files. */
  #knowsFiles = false;
  #lastHeard: number;

  constructor(
    readonly deviceId: string,
    readonly instanceId: string,
    readonly kind: LinkKind,
    readonly kinds: ReadonlyMap<string, number> | undefined,
    private readonly channel: BatchChannel<CoordinatorBatch, WorkerBatch>,
    private readonly events: LinkEvents,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#lastHeard = now();
    const nextOfFiles = () => {
      const fileData = this.#lane.next();
      return fileData && { fileData };
    };
    this.#outbox = new Outbox<LinkItem>((items) => channel.send(batchOf(items)), nextOfFiles);
  }

  get credits(): number {
    return this.#leaving || this.#closed ? 0 : this.#credits;
  }

  /** How long the worker has been silent, in ms. */
  get silence(): number {
    return this.now() - this.#lastHeard;
  }

  /** This agent itself stood still for so many ms: no device could be heard meanwhile. */
  forgive(ms: number): void {
    this.#lastHeard += ms;
  }

  welcome(coordinator: { deviceId: string; deviceName: string }): void {
    const welcome = { device_id: coordinator.deviceId, device_name: coordinator.deviceName, output_files: true };
    this.channel.send(coordinatorBatch({ welcome }));
  }

  assign(tasks: readonly TaskAssignment[]): void {
    this.#credits -= tasks.length;
    for (const { items, bytes } of chunksOf(tasks)) this.#outbox.put({ tasks: items }, bytes);
  }

  acknowledge(outcomes: readonly TaskOutcome[]): void {
    const acknowledged: TaskRef[] = [];
    const acknowledgedLeases: number[] = [];
    for (const { job_id, task_id, attempt, lease } of outcomes) {
      if (lease > 0) acknowledgedLeases.push(lease);
      else acknowledged.push({ job_id, task_id, attempt });
    }
    this.#outbox.put({ acknowledged, acknowledgedLeases }, 128 * acknowledged.length + 5 * acknowledgedLeases.length);
  }

  cancel(attempts: readonly TaskRef[]): void {
    for (const { job_id, task_id, attempt } of attempts) {
      this.#outbox.put({ cancelledTask: { job_id, task_id, attempt } });
    }
  }

  /** Tells the device that nobody wants files of outputs any more; an older one has none. */
  removeOutput(removal: OutputRemoval): void {
    this.#outbox.put({ removedOutput: removal });
  }

  execute(command: string, args: readonly string[], options: ExecuteOptions): Promise<CommandResponse> {
    const { signal, timeoutMs, clientName = "", peer = "" } = options;
    if (this.#closed || this.#leaving) return Promise.reject(goneError(this.deviceId, "it is leaving the mesh"));
    if (signal?.aborted) return Promise.reject(cancelledError());
    const orderId = newId();
    return new Promise<CommandResponse>((resolve, reject) => {
      const onAbort = () => {
        this.#commands.delete(orderId);
        this.#outbox.put({ cancel: orderId });
        reject(signal?.reason instanceof MeshError ? signal.reason : cancelledError());
      };
      const settle = () => signal?.removeEventListener("abort", onAbort);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#commands.set(orderId, {
        resolve: (response) => (settle(), resolve(response)),
        reject: (error) => (settle(), reject(error)),
      });
      const order = {
        order_id: orderId,
        command,
        args: [...args],
        timeout_ms: Math.ceil(timeoutMs ?? 0),
        trace_parent: traceParentHere(),
        client_name: clientName,
        peer,
      };
      this.#outbox.put({ command: order }, 256 + args.reduce((sum, arg) => sum + arg.length, 0));
    });
  }

  order(task: ModelTask, options: ModelOrderOptions): Promise<ModelAnswer> {
    if (this.#closed || this.#leaving) {
      return Promise.reject(new MeshError("UNAVAILABLE", "the device is leaving the mesh"));
    }
    if (!this.#hasReported) {
      const text = "it takes no prompts: it uses no local model (--no-llm), or its program is older";
      return Promise.reject(new MeshError("UNIMPLEMENTED", text));
    }
    return this.#models.give(task, options);
  }

  screen(task: ScreenTask, options: ScreenOrderOptions): Promise<ScreenReply> {
    if (this.#closed || this.#leaving) {
      return Promise.reject(new MeshError("UNAVAILABLE", "the device is leaving the mesh"));
    }
    if (!this.#knowsScreens) {
      const text = "the device's program is too old to show its screen: update edgemesh there";
      return Promise.reject(new MeshError("UNIMPLEMENTED", text));
    }
    return this.#screens.give(task, options);
  }

  get files(): FileLink {
    return this.#files;
  }

  #requireFiles(): void {
    if (this.#closed || this.#leaving) throw new MeshError("UNAVAILABLE", "the device is leaving the mesh");
    if (this.#knowsFiles) return;
    throw new MeshError("UNIMPLEMENTED", "the device's program is too old to send files: update edgemesh there");
  }

  /** Takes a batch from the worker. */
  receive(batch: WorkerBatch): void {
    if (this.#closed) return;
    this.#lastHeard = this.now();
    if (batch.sample) this.events.sample(this, batch.sample);
    if (batch.models) {
      this.#hasReported = true;
      this.events.models(this, batch.models);
    }
    if (batch.model_load) this.events.modelLoad(this, batch.model_load);
    for (const answer of batch.model_answers) this.#models.answer(answer);
    if (batch.screens) {
      this.#knowsScreens = true;
      this.events.screens(this, batch.screens);
    }
    for (const reply of batch.screen_replies) this.#screens.reply(reply);
    if (batch.files) this.#knowsFiles = true;
    for (const data of batch.file_data) this.#files.data(data);
    for (const credit of batch.file_credits) this.#lane.credit(credit);
    for (const answer of batch.file_answers) this.#files.answer(answer);
    if (batch.leaving) this.#leaving = true;
    for (const outcome of batch.command_outcomes) this.#settleCommand(outcome);
    if (batch.outcomes.length > 0) this.events.outcomes(this, batch.outcomes);
    if (batch.credits > 0) {
      this.#credits = Math.min(MAX_CREDITS, this.#credits + batch.credits);
      this.events.capacity(this);
    }
  }

  drained(): void {
    this.#outbox.drained();
  }

  /** The stream ended, from the worker's side or on the way. */
  ended(reason: string): void {
    if (this.#leaving) this.close("it left the mesh");
    else this.close(reason, { mayReturn: true });
  }

  close(reason: string, { goodbye = false, mayReturn = false }: CloseOptions = {}): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outbox.close();
    if (goodbye) this.channel.send(coordinatorBatch({ closing: true }));
    this.channel.close();
    for (const pending of [...this.#commands.values()]) pending.reject(goneError(this.deviceId, reason));
    this.#commands.clear();
    const gone = new MeshError("UNAVAILABLE", `the device is gone (${reason})`);
    this.#models.fail(gone);
    this.#screens.fail(gone);
    this.#lane.fail(gone);
    this.#files.fail(gone);
    this.events.closed(this, reason, mayReturn);
  }

  #settleCommand(outcome: CommandOutcome): void {
    const pending = this.#commands.get(outcome.order_id);
    if (!pending) return;
    this.#commands.delete(outcome.order_id);
    if (outcome.response) pending.resolve(outcome.response);
    else pending.reject(new MeshError(knownCode(outcome.error_code), outcome.error_message || "the command failed"));
  }
}

/** What a device may answer for a command; anything else is its own fault. */
const COMMAND_CODES: readonly ErrorCode[] = [
  "CANCELLED",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "UNAVAILABLE",
];

function knownCode(code: string): ErrorCode {
  return COMMAND_CODES.find((known) => known === code) ?? "INTERNAL";
}

function cancelledError(): MeshError {
  return new MeshError("CANCELLED", "the caller went away");
}

/** The device was lost: whether the command ran cannot be known. */
function goneError(deviceId: string, reason: string): MeshError {
  return new MeshError("UNAVAILABLE", `device ${deviceId} is gone (${reason}): the command may or may not have run`);
}
