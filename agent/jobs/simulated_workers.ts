import type { TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import type { DispatchListener, DispatchTarget, TaskDispatcher } from "./dispatcher.ts";

/** What a device is like. */
export interface WorkerTraits {
  readonly slots: number;
  readonly load: number;
  readonly kinds: ReadonlyMap<string, number> | undefined;
}

type Down = { readonly task: TaskAssignment } | { readonly acknowledged: TaskOutcome } | {
  readonly cancelled: TaskRef;
};

/** An attempt that runs, and the stream that brought it under its lease. */
interface Running {
  readonly task: TaskAssignment;
  readonly stream: Stream;
}

/** One start of a device's program. Like the real one it runs no attempt twice, and keeps outcomes until they are acknowledged. */
class Program {
  readonly running = new Map<string, Running>();
  readonly ended = new Map<string, TaskOutcome>();
  /** Acknowledged outcomes. */
  readonly over = new Map<string, TaskOutcome>();

  constructor(readonly instanceId: string) {}

  get held(): TaskRef[] {
    return [...[...this.running.values()].map(({ task }) => task), ...this.ended.values()].map(refOf);
  }

  knows(key: string): boolean {
    return this.running.has(key) || this.ended.has(key) || this.over.has(key);
  }
}

/** An attached device: what is on its way to and from it is lost when the stream breaks. */
interface Stream {
  credits: number;
  down: Down[];
  up: { readonly outcome?: TaskOutcome; readonly credits: number }[];
}

interface Device extends WorkerTraits {
  readonly deviceId: string;
  program: Program | undefined;
  stream: Stream | undefined;
  /** Its stream broke, and the coordinator still waits for it. */
  away: boolean;
}

/** What a test hears of the work that goes to and fro. */
export interface WorkerEvents {
  assigned(deviceId: string, instanceId: string, task: TaskAssignment): void;
  acknowledged(deviceId: string, ref: TaskRef): void;
  cancelled(deviceId: string, ref: TaskRef): void;
  /** A program begins an attempt. */
  begun(deviceId: string, task: TaskAssignment): void;
  /** The coordinator is told of an outcome that the device produced. */
  delivered(deviceId: string, outcome: TaskOutcome): void;
  lost(deviceId: string): void;
  /** `wanted`: what the device holds and was not told to stop. */
  attached(deviceId: string, instanceId: string, wanted: readonly TaskRef[]): void;
}

/**
 * Devices whose programs, streams and losses a test steps through one by one. They keep the rules of the real ones
 * (`mesh/worker_session`, `mesh/held_attempts`, `mesh/peers`) without sockets.
 */
export class SimulatedWorkers {
  readonly #devices = new Map<string, Device>();
  #listener: DispatchListener | undefined;
  #instances = 0;
  /** Attempts by the number of their lease. */
  readonly #leases = new Map<number, TaskRef>();
  /** Refs that were cancelled while a device attaches. */
  #cancelledNow: Set<string> | undefined;

  constructor(private readonly events: WorkerEvents) {}

  define(deviceId: string, traits: WorkerTraits): void {
    this.#devices.set(deviceId, { deviceId, ...traits, program: undefined, stream: undefined, away: false });
  }

  get all(): readonly Readonly<Device>[] {
    return [...this.#devices.values()];
  }

  /** What one run of the coordinator reaches devices by: a new one cuts off the one before, with all streams. */
  coordinator(): TaskDispatcher {
    this.#listener = undefined;
    this.#leases.clear();
    for (const device of this.#devices.values()) Object.assign(device, { stream: undefined, away: false });
    let mine: DispatchListener | undefined;
    const reached = <T>(use: () => T, otherwise: T): T => this.#listener === mine ? use() : otherwise;
    return {
      listen: (listener) => void (mine = this.#listener = listener),
      targets: () => reached(() => this.#targets(), []),
      isOnline: (deviceId) => reached(() => this.#devices.get(deviceId)?.stream !== undefined, false),
      assign: (deviceId, tasks) => reached(() => this.#assign(deviceId, tasks), undefined),
      acknowledge: (deviceId, refs) => reached(() => this.#acknowledge(deviceId, refs), undefined),
      cancel: (deviceId, refs) => reached(() => this.#cancel(deviceId, refs), undefined),
    };
  }

  /** A new start of the device's program; what it held is gone. */
  startProgram(deviceId: string): void {
    const device = this.#device(deviceId);
    if (device.stream) this.cut(deviceId);
    device.program = new Program(`instance ${++this.#instances}`);
  }

  /** The program attaches, over a new stream. */
  attach(deviceId: string): void {
    const device = this.#device(deviceId);
    const { program, slots } = device;
    if (!program) throw new Error(`${deviceId} does not run`);
    if (device.stream) this.cut(deviceId);
    const stream: Stream = { credits: 0, down: [], up: [] };
    Object.assign(device, { stream, away: false });
    const { held } = program;
    this.#cancelledNow = new Set();
    const free = slots - program.running.size;
    this.#listener?.attached(deviceId, program.instanceId, held);
    const wanted = held.filter((ref) => !this.#cancelledNow?.has(keyOf(ref)));
    this.#cancelledNow = undefined;
    this.events.attached(deviceId, program.instanceId, wanted);
    for (const outcome of program.ended.values()) {
      outcome.lease = 0;
      stream.up.push({ outcome, credits: 0 });
    }
    stream.credits += free;
    this.#listener?.capacity(deviceId);
  }

  /** The stream breaks; the coordinator waits for the device. */
  cut(deviceId: string): void {
    const device = this.#device(deviceId);
    Object.assign(device, { stream: undefined, away: true });
    this.#listener?.away(deviceId);
  }

  /** The coordinator gives up waiting for a device that is away. */
  lose(deviceId: string): void {
    this.#device(deviceId).away = false;
    this.events.lost(deviceId);
    this.#listener?.lost(deviceId, "no sign of life");
  }

  /** Lets the next `count` messages reach the device. */
  deliverDown(deviceId: string, count = Infinity): void {
    const { program, stream } = this.#device(deviceId);
    if (!program || !stream) return;
    for (const item of stream.down.splice(0, count)) {
      if ("task" in item) this.#begin(deviceId, program, stream, item.task);
      else if ("acknowledged" in item) acknowledge(program, item.acknowledged);
      else if (program.running.has(keyOf(item.cancelled)) && item.cancelled.attempt !== 2) {
        // Second attempts do not heed it.
        const failure = { ok: false, output: "", error: "cancelled", error_code: "CANCELLED" };
        this.answer(deviceId, keyOf(item.cancelled), failure);
      }
    }
  }

  /** Lets the next `count` messages of the device reach the coordinator. */
  deliverUp(deviceId: string, count = Infinity): void {
    const { stream } = this.#device(deviceId);
    if (!stream) return;
    const items = stream.up.splice(0, count);
    const outcomes = items.flatMap(({ outcome }) => outcome ? [outcome] : []);
    for (const outcome of outcomes) this.events.delivered(deviceId, outcome);
    if (outcomes.length > 0) this.#listener?.outcomes(deviceId, outcomes.map(asSent));
    stream.credits += items.reduce((sum, { credits }) => sum + credits, 0);
    if (items.length > 0) this.#listener?.capacity(deviceId);
  }

  /** An attempt ends. */
  answer(deviceId: string, key: string, result: Pick<TaskOutcome, "ok" | "output" | "error" | "error_code">): void {
    const { program, stream } = this.#device(deviceId);
    const running = program?.running.get(key);
    if (!program || !running) throw new Error(`${deviceId} does not run ${key}`);
    // The lease is a name for the stream alone that brought it.
    const lease = running.stream === stream ? running.task.lease : 0;
    const outcome: TaskOutcome = {
      ...refOf(running.task),
      time_ms: 1,
      lease,
      generation: null,
      output_file: null,
      ...result,
    };
    program.running.delete(key);
    program.ended.set(key, outcome);
    stream?.up.push({ outcome, credits: 1 });
  }

  /** Says once more what it said before. */
  repeat(deviceId: string, outcome: TaskOutcome): void {
    this.#device(deviceId).stream?.up.push({ outcome: { ...outcome, lease: 0 }, credits: 0 });
  }

  /** What somebody says who was not asked. */
  lie(deviceId: string, outcome: TaskOutcome): void {
    this.#listener?.outcomes(deviceId, [outcome]);
  }

  #begin(deviceId: string, program: Program, stream: Stream, task: TaskAssignment): void {
    const key = keyOf(task);
    if (!program.knows(key)) {
      this.events.begun(deviceId, task);
      program.running.set(key, { task, stream });
      return;
    }
    if (program.running.has(key)) program.running.set(key, { task, stream });
    const outcome = program.ended.get(key);
    if (outcome) outcome.lease = task.lease;
    stream.up.push(outcome ? { outcome, credits: 1 } : { credits: 1 });
  }

  #targets(): DispatchTarget[] {
    const targets: DispatchTarget[] = [];
    for (const { deviceId, program, stream, kinds, load } of this.#devices.values()) {
      if (!program || !stream) continue;
      const { instanceId } = program;
      targets.push({ deviceId, deviceName: `name of ${deviceId}`, instanceId, credits: stream.credits, kinds, load });
    }
    return targets;
  }

  #assign(deviceId: string, tasks: readonly TaskAssignment[]): void {
    const { program, stream } = this.#device(deviceId);
    if (!program || !stream) return;
    for (const task of tasks) {
      stream.credits--;
      stream.down.push({ task });
      this.#leases.set(task.lease, refOf(task));
      this.events.assigned(deviceId, program.instanceId, task);
    }
  }

  #acknowledge(deviceId: string, outcomes: readonly TaskOutcome[]): void {
    const { stream } = this.#device(deviceId);
    for (const outcome of outcomes) {
      stream?.down.push({ acknowledged: { ...outcome } });
      const ref = outcome.lease > 0 ? this.#leases.get(outcome.lease) : outcome;
      if (ref) this.events.acknowledged(deviceId, ref);
    }
  }

  #cancel(deviceId: string, refs: readonly TaskRef[]): void {
    const { stream } = this.#device(deviceId);
    for (const ref of refs) {
      this.#cancelledNow?.add(keyOf(ref));
      stream?.down.push({ cancelled: refOf(ref) });
      this.events.cancelled(deviceId, ref);
    }
  }

  #device(deviceId: string): Device {
    const device = this.#devices.get(deviceId);
    // A device that nobody defined is somebody who only pretends to be one.
    return device ??
      { deviceId, slots: 0, load: 0, kinds: undefined, program: undefined, stream: undefined, away: false };
  }
}

/** An attempt as text. */
export function keyOf({ job_id, task_id, attempt }: TaskRef): string {
  return `${job_id}/${task_id}#${attempt}`;
}

function refOf({ job_id, task_id, attempt }: TaskRef): TaskRef {
  return { job_id, task_id, attempt };
}

/** What goes up of an outcome whose lease says which attempt it is of. */
function asSent(outcome: TaskOutcome): TaskOutcome {
  return outcome.lease > 0 ? { ...outcome, job_id: "", task_id: "", attempt: 0 } : { ...outcome };
}

function acknowledge(program: Program, { lease, ...ref }: TaskOutcome): void {
  for (const [key, outcome] of program.ended) {
    if (lease > 0 ? outcome.lease !== lease : key !== keyOf(ref)) continue;
    program.ended.delete(key);
    program.over.set(key, outcome);
  }
}
