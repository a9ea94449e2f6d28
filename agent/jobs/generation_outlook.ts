import type { GenerationStats, TaskSpec } from "../../proto/messages.ts";

/** The kind of task that a device's local model answers. */
export const LLM_GENERATE = "LLM_GENERATE";

/** What the scheduler asks of predictions for tasks that models answer, and tells of such tasks. */
export interface GenerationOutlook {
  /** When each place of a device's models will be free, in ms from now, ascending. At least one. */
  places(deviceId: string): number[];
  /** How long the device would take for a task, in ms. */
  predictMs(deviceId: string, spec: TaskSpec): number;
  /** A device was given a task. @param key stands for the attempt */
  given(key: object, deviceId: string, spec: TaskSpec): void;
  /** The device no longer has it. @param stats of an attempt that succeeded */
  ended(key: object, stats: GenerationStats | null): void;
}
