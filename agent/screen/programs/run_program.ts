import { delay } from "../../core/abort.ts";
import { MeshError, messageOf, oneLine } from "../../core/errors.ts";
import { ProcessGroup, type ProgramStart } from "../../core/process_group.ts";
import { orAbort } from "./or_abort.ts";

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number;
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** The first characters of it, on one line. */
  readonly stderr: string;
}

export interface RunOptions {
  /** The program and its children are ended when it aborts. */
  readonly signal: AbortSignal;
  /** Most bytes of standard output. */
  readonly maxOutputBytes: number;
}

/** Most bytes of standard error that are kept. */
const MAX_ERROR_BYTES = 4096;
/** How long output may stay open after the program ended, held by something that left its group, in ms. */
const PIPE_GRACE_MS = 1000;
/** A killed program that the kernel cannot end no longer holds up its caller after this, in ms. */
const KILL_WAIT_MS = 1000;

/**
 * Runs a program to its end and leaves nothing of it behind.
 *
 * @throws {MeshError} `UNAVAILABLE` when it cannot be started or writes too much
 * @throws the signal's reason when it aborts
 */
export async function runProgram(start: ProgramStart, options: RunOptions): Promise<ProgramEnd> {
  const { signal, maxOutputBytes } = options;
  signal.throwIfAborted();
  const group = started(start);
  const stdout = new Collected(group.stdout, maxOutputBytes, () => group.kill("SIGKILL"));
  const stderr = new Collected(group.stderr, MAX_ERROR_BYTES);
  const onAbort = () => group.kill("SIGKILL");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const written = Promise.all([stdout.done, stderr.done]);
    const { code } = await orAbort(group.ended, signal);
    // What it left running must not keep its output open.
    group.kill("SIGKILL");
    await within(PIPE_GRACE_MS, written);
    const end = { code, stdout: stdout.bytes(), stderr: oneLine(new TextDecoder().decode(stderr.bytes())) };
    if (stdout.overflowed) {
      throw new MeshError("UNAVAILABLE", `${start.program} wrote more than ${maxOutputBytes} bytes`);
    }
    if (group.couldNotExecute({ exit_code: code, stderr: end.stderr })) throw notStarted(start, end.stderr);
    return end;
  } finally {
    signal.removeEventListener("abort", onAbort);
    group.kill("SIGKILL");
    await Promise.all([stdout.cancel(), stderr.cancel()]);
    await within(KILL_WAIT_MS, group.ended);
  }
}

function started(start: ProgramStart): ProcessGroup {
  try {
    return ProcessGroup.spawn(start);
  } catch (error) {
    throw notStarted(start, messageOf(error), error);
  }
}

function notStarted(start: ProgramStart, why: string, cause?: unknown): MeshError {
  return new MeshError("UNAVAILABLE", `${start.program} cannot be started: ${why}`, { cause });
}

/** Collects a stream up to a limit; past it the rest is read and dropped. */
class Collected {
  readonly done: Promise<void>;
  overflowed = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, limit: number, onOverflow: () => void = () => {}) {
    this.#reader = stream.getReader();
    this.done = this.#read(limit, onOverflow);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
    await this.done;
  }

  async #read(limit: number, onOverflow: () => void): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      const kept = value.subarray(0, limit - this.#length);
      this.#pieces.push(kept);
      this.#length += kept.length;
      if (kept.length === value.length || this.overflowed) continue;
      this.overflowed = true;
      onOverflow();
    }
  }
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
