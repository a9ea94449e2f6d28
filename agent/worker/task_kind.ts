import type { DeviceInfo, StatusSample } from "../../proto/messages.ts";

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

/** A kind whose tasks take their time. */
export interface LastingKind extends NamedKind {
  /**
   * Resolves with the task's output; rejects with whatever makes the task fail: a `MeshError` where that is not the
   * task's own verdict, so that another device may do better.
   *
   * @param signal aborts when nobody wants the task any more or its time is over: it has 2 s to end then
   */
  run(input: string, host: WorkerHost, signal: AbortSignal): Promise<string>;
}

/** One kind of task. */
export type TaskKind = InstantKind | LastingKind;
