import { type GenerationOutlook, LLM_GENERATE } from "./generation_outlook.ts";
import type { Task } from "./job.ts";

/** What one device was given and has not answered. */
export class DeviceLeases {
  readonly tasks = new Set<Task>();
  /** Tasks that are being given: their lease is written first. */
  unsent = 0;
  /** Characters of the inputs of its tasks. */
  characters = 0;
  readonly #byKind = new Map<string, number>();

  /** @param instanceId which start of the device's program holds them */
  constructor(readonly deviceId: string, readonly instanceId: string, private readonly outlook?: GenerationOutlook) {}

  add(task: Task): void {
    if (this.tasks.has(task)) return;
    this.tasks.add(task);
    this.characters += task.spec.input.length;
    this.#byKind.set(task.spec.kind, this.ofKind(task.spec.kind) + 1);
    if (task.spec.kind === LLM_GENERATE) task.queueMs = this.outlook?.given(task, this.deviceId, task.spec) ?? 0;
  }

  delete(task: Task): void {
    if (!this.tasks.delete(task)) return;
    this.characters -= task.spec.input.length;
    this.#byKind.set(task.spec.kind, this.ofKind(task.spec.kind) - 1);
    if (task.spec.kind === LLM_GENERATE) this.outlook?.ended(task, null);
  }

  /** The device is gone, with all that it holds. Returns that. */
  clear(): Task[] {
    const tasks = [...this.tasks];
    for (const task of tasks) this.delete(task);
    return tasks;
  }

  ofKind(kind: string): number {
    return this.#byKind.get(kind) ?? 0;
  }
}
