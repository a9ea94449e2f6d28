import { delay } from "../core/abort.ts";
import { messageOf } from "../core/errors.ts";
import { orAbort } from "./or_abort.ts";
import { PlanningFailure } from "./planning_failure.ts";
import { BoundedBytes, LastLine, OutputPieces } from "./program_output.ts";
import { type ProgramStart, ProgramTree } from "./program_tree.ts";
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
  readonly #running = new Set<ProgramTree>();

  /** @param maxOutputBytes of standard output */
  constructor(private readonly maxOutputBytes: number) {}

  /** Ends all that run at once, without waiting for it. */
  kill(): void {
    for (const tree of this.#running) tree.kill();
  }

  /**
   * @throws {PlanningFailure} when it cannot be started or writes too much
   * @throws the signal's reason when it aborts: the program and its children are ended then
   */
  async run(start: ProgramStart, signal: AbortSignal): Promise<ProgramEnd> {
    signal.throwIfAborted();
    const tree = started(start);
    this.#running.add(tree);
    const answer = new BoundedBytes(this.maxOutputBytes);
    const lastLine = new LastLine(MAX_ERROR_LINE);
    const stdout = new OutputPieces(tree.stdout, (piece) => {
      if (!answer.append(piece)) throw tooLarge(this.maxOutputBytes);
    });
    const stderr = new OutputPieces(tree.stderr, (piece) => lastLine.append(piece));
    const written = Promise.all([stdout.done, stderr.done]);
    try {
      const { code, signal: by } = await orAbort(Promise.race([tree.ended, written.then(() => tree.ended)]), signal);
      tree.kill();
      await within(PIPE_GRACE_MS, written);
      return { code, signal: by, stdout: answer.bytes(), lastErrorLine: lastLine.text() };
    } finally {
      tree.kill();
      await Promise.all([stdout.cancel(), stderr.cancel()]);
      await within(KILL_WAIT_MS, tree.ended);
      this.#running.delete(tree);
    }
  }
}

function started(start: ProgramStart): ProgramTree {
  try {
    return new ProgramTree(start);
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
