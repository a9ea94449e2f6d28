import type { DeviceInfo, GenerationStats, OutputFile, StatusSample } from "../../proto/messages.ts";
import type { OutputSink } from "./file_outputs.ts";

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

/** A task's output that went straight into a file. */
export interface WrittenOutput {
  readonly file: OutputFile;
}

/** What a task may use up. */
export interface TaskLimits {
  /** In ms; the task's own, or what tasks have by default. */
  readonly timeoutMs: number;
  /** Of LLM_GENERATE; 0 = no limit of the task's own. */
  readonly maxOutputTokens: number;
  /** Begins a file for its output; undefined where that has to be a text. */
  readonly fileOutput?: (() => Promise<OutputSink>) | undefined;
}

/** A kind whose tasks take their time. */
export interface LastingKind extends NamedKind {
  /** It ends its tasks after their time limit by itself, since it knows when their turn came; default false. */
  readonly limitsTime?: boolean;
  /**
   * Resolves with the task's output, with the file that has it, or with what generating it took beside it; rejects with whatever makes the task fail: a `MeshError` where that is not the
   * task's own verdict, so that another device may do better.
   *
   * @param limits of a kind that keeps its time limit itself, and of a task that a model answers
   * @param signal aborts when nobody wants the task any more or its time is over: it has 2 s to end then
   */
  run(
    input: string,
    host: WorkerHost,
    signal: AbortSignal,
    limits: TaskLimits,
  ): Promise<string | Generation | WrittenOutput>;
}

/** One kind of task. */
export type TaskKind = InstantKind | LastingKind;
