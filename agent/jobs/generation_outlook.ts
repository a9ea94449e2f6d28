import type { GenerationStats, TaskSpec } from "../../proto/messages.ts";

/** The kind of task that a device's local model answers. */
export const LLM_GENERATE = "LLM_GENERATE";

/** A device's model, as far as it matters where tasks go. */
export interface GenerationHost {
  /** When each place of the device's models will be free, in ms from now, ascending. At least one. */
  readonly places: number[];
  /** How long the device would take for a task, in ms. */
  predictMs(spec: TaskSpec): number;
}

/** What the scheduler asks of predictions for tasks that models answer, and tells of such tasks. */
export interface GenerationOutlook {
  /** Another number whenever something has changed by which tasks may go elsewhere: what devices have to do, or have. */
  readonly version: number;
  /** Undefined where the device has no model. */
  host(deviceId: string): GenerationHost | undefined;
  /**
   * A device was given a task.
   *
   * @param key stands for the attempt
   * @returns how long it will wait for its turn there, as predicted, in ms
   */
  given(key: object, deviceId: string, spec: TaskSpec): number;
  /** The device no longer has it. @param stats of an attempt that succeeded */
  ended(key: object, stats: GenerationStats | null): void;
}
