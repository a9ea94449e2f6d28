import type { TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import type { DispatchListener, DispatchTarget, TaskDispatcher } from "./dispatcher.ts";

interface SimulatedDevice {
  readonly name: string;
  readonly instanceId: string;
  readonly slots: number;
  readonly load: number;
  readonly kinds: ReadonlyMap<string, number> | undefined;
}

/** Devices in memory, for tests: keeps what they were given until the test answers for them. */
export class SimulatedMesh implements TaskDispatcher {
  /** What each device that is online holds. */
  readonly held = new Map<string, TaskAssignment[]>();
  readonly acknowledged: TaskRef[] = [];
  readonly cancelled: TaskRef[] = [];
  listener: DispatchListener | undefined;
  readonly #online = new Map<string, SimulatedDevice>();
  /** Programs that run on while their device is away. */
  readonly #away = new Map<string, { device: SimulatedDevice; held: TaskAssignment[] }>();
  #instances = 0;

  /** A device comes with a new start of its program. */
  come(
    deviceId: string,
    { name = deviceId, slots = 64, load = 0, kinds }: {
      name?: string;
      slots?: number;
      load?: number;
      kinds?: Record<string, number>;
    } = {},
  ): void {
    const instanceId = `instance ${++this.#instances}`;
    this.#away.delete(deviceId);
    const device = { name, instanceId, slots, load, kinds: kinds && new Map(Object.entries(kinds)) };
    this.#present(deviceId, device, []);
  }

  /** A device is lost, with all that it held. */
  go(deviceId: string): void {
    this.#online.delete(deviceId);
    this.#away.delete(deviceId);
    this.held.delete(deviceId);
    this.listener?.lost(deviceId, "gone");
  }

  /** The stream of a device breaks; its program goes on. */
  cut(deviceId: string): void {
    const device = this.#online.get(deviceId);
    if (!device) throw new Error(`${deviceId} is not online`);
    this.#away.set(deviceId, { device, held: this.held.get(deviceId) ?? [] });
    this.#online.delete(deviceId);
    this.held.delete(deviceId);
    this.listener?.away(deviceId);
  }

  /** The same program attaches again. `forgets`: what of its work never reached it. */
  comeBack(deviceId: string, forgets: (task: TaskAssignment) => boolean = () => false): void {
    const away = this.#away.get(deviceId);
    if (!away) throw new Error(`${deviceId} is not away`);
    this.#away.delete(deviceId);
    this.#present(deviceId, away.device, away.held.filter((task) => !forgets(task)));
  }

  /** Answers the first `count` tasks that the device holds. */
  answer(deviceId: string, count = Infinity, change: Partial<TaskOutcome> = {}): void {
    const tasks = this.held.get(deviceId)?.splice(0, count) ?? [];
    this.listener?.outcomes(deviceId, tasks.map((task) => ({ ...outcomeOf(task), ...change })));
    this.listener?.capacity(deviceId);
  }

  get devices(): string[] {
    return [...this.#online.keys()];
  }

  get awayDevices(): string[] {
    return [...this.#away.keys()];
  }

  targets(): DispatchTarget[] {
    return [...this.#online].map(([deviceId, { name, instanceId, slots, load, kinds }]) => {
      const credits = slots - (this.held.get(deviceId)?.length ?? 0);
      return { deviceId, deviceName: name, instanceId, credits, kinds, load };
    });
  }

  isOnline(deviceId: string): boolean {
    return this.#online.has(deviceId);
  }

  assign(deviceId: string, tasks: readonly TaskAssignment[]): void {
    this.held.get(deviceId)?.push(...tasks);
  }

  acknowledge(_deviceId: string, outcomes: readonly TaskRef[]): void {
    this.acknowledged.push(...outcomes);
  }

  cancel(_deviceId: string, attempts: readonly TaskRef[]): void {
    this.cancelled.push(...attempts);
  }

  listen(listener: DispatchListener): void {
    this.listener = listener;
  }

  #present(deviceId: string, device: SimulatedDevice, held: TaskAssignment[]): void {
    this.#online.set(deviceId, device);
    this.held.set(deviceId, [...held]);
    this.listener?.attached(deviceId, device.instanceId, held);
    this.listener?.capacity(deviceId);
  }
}

/** What an ECHO answers. */
export function outcomeOf({ job_id, task_id, attempt, input }: TaskAssignment): TaskOutcome {
  return {
    job_id,
    task_id,
    attempt,
    ok: true,
    output: `echo: ${input}`,
    error: "",
    time_ms: 1,
    error_code: "",
    lease: 0,
    generation: null,
    output_file: null,
  };
}
