import { delay } from "../core/abort.ts";
import { messageOf } from "../core/errors.ts";
import { orAbort } from "./or_abort.ts";
import { ProcessGroup, type ProgramStart } from "../core/process_group.ts";
import { PlanningFailure } from "./planning_failure.ts";
import { BoundedBytes, LastLine, OutputPieces } from "./program_output.ts";
import { quoted } from "./quoted.ts";

/** How a planner program ended. */
export interface ProgramEnd {
  readonly code: number;
  /** That ended it; null when it ended by itself. */
  readonly signal: string | null;
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** Of its standard error; empty when it wrote none. */
  readonly lastErrorLine: string;
}

/** Longest line of standard error that is kept, in characters. */
const MAX_ERROR_LINE = 4096;

/** How long the output may stay open after the program ended, held by something that left its process group, in ms. */
const PIPE_GRACE_MS = 1000;

/** A killed program that the kernel cannot end (a dead network disk) no longer holds up its caller after this, in ms. */
const KILL_WAIT_MS = 1000;

/** Runs planner programs, each to its end, and leaves nothing of them behind. */
export class PlannerPrograms {
  readonly #running = new Set<ProcessGroup>();

  /** @param maxOutputBytes of standard output */
  constructor(private readonly maxOutputBytes: number) {}

  /** Ends all that run at once, without waiting for it. */
  kill(): void {
    for (const group of this.#running) group.kill("SIGKILL");
  }

  /**
   * @throws {PlanningFailure} when it cannot be started or writes too much
   * @throws the signal's reason when it aborts: the program and its children are ended then
   */
  async run(start: ProgramStart, signal: AbortSignal): Promise<ProgramEnd> {
    signal.throwIfAborted();
    const group = started(start);
    this.#running.add(group);
    const answer = new BoundedBytes(this.maxOutputBytes);
    const lastLine = new LastLine(MAX_ERROR_LINE);
    const stdout = new OutputPieces(group.stdout, (piece) => {
      if (!answer.append(piece)) throw tooLarge(this.maxOutputBytes);
    });
    const stderr = new OutputPieces(group.stderr, (piece) => lastLine.append(piece));
    const written = Promise.all([stdout.done, stderr.done]);
    try {
      const { code, signal: by } = await orAbort(Promise.race([group.ended, written.then(() => group.ended)]), signal);
      group.kill("SIGKILL");
      await within(PIPE_GRACE_MS, written);
      return { code, signal: by, stdout: answer.bytes(), lastErrorLine: lastLine.text() };
    } finally {
      group.kill("SIGKILL");
      await Promise.all([stdout.cancel(), stderr.cancel()]);
      await within(KILL_WAIT_MS, group.ended);
      this.#running.delete(group);
    }
  }
}

function started(start: ProgramStart): ProcessGroup {
  try {
    return ProcessGroup.spawn(start);
  } catch (error) {
    const why = `${quoted(start.program)} cannot be started: ${messageOf(error)}`;
    throw new PlanningFailure("failed", `the external planner failed: ${why}`, { cause: error });
  }
}

function tooLarge(limit: number): PlanningFailure {
  const what = `its answer is larger than ${Math.floor(limit / 1024 / 1024 * 10) / 10} MiB`;
  return new PlanningFailure("failed", `the external planner failed: ${what}`);
}

/** Waits for a promise, but at most `ms`. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const late = delay(ms, over.signal).catch(() => {});
  try {
    await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}
