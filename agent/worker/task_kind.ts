import type { DeviceInfo, StatusSample } from "../../proto/messages.ts";

/** What tasks may know of the device that they run on. */
export interface WorkerHost {
  info(): DeviceInfo;
  sample(): StatusSample;
}

/** One kind of task. */
export interface TaskKind {
  /** As plans name it, e.g. `ECHO`. */
  readonly name: string;
  /**
   * The task's output. A plain text, where nothing has to be waited for, spares the task a promise.
   *
   * @throws whatever makes the task fail
   */
  run(input: string, host: WorkerHost, signal?: AbortSignal): string | Promise<string>;
}
