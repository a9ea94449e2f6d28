import type { DeviceInfo, GenerationStats, StatusSample } from "../../proto/messages.ts";

/** What tasks may know of the device that they run on. */
export interface WorkerHost {
  info(): DeviceInfo;
  sample(): StatusSample;
}

/** What all kinds of tasks have. */
interface NamedKind {
  /** As plans name it, e.g. `ECHO`. */
  readonly name: string;
  /** How many tasks of this kind a device runs at once. */
  readonly slots: number;
}

/** A kind whose tasks have nothing to wait for: they cost no promise, no timer and no place. */
export interface InstantKind extends NamedKind {
  /**
   * The task's output.
   *
   * @throws whatever makes the task fail
   */
  answer(input: string, host: WorkerHost): string;
}

/** A task's output that a model wrote. */
export interface Generation {
  readonly output: string;
  readonly stats: GenerationStats;
}

/** A kind whose tasks take their time. */
export interface LastingKind extends NamedKind {
  /**
   * Resolves with the task's output, or with that and what generating it took; rejects with whatever makes the task fail: a `MeshError` where that is not the
   * task's own verdict, so that another device may do better.
   *
   * @param maxOutputTokens of a task that a model answers; 0 = no limit of the task's own
   * @param signal aborts when nobody wants the task any more or its time is over: it has 2 s to end then
   */
  run(input: string, host: WorkerHost, signal: AbortSignal, maxOutputTokens: number): Promise<string | Generation>;
}

/** One kind of task. */
export type TaskKind = InstantKind | LastingKind;
