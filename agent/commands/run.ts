import { LinkedSignal } from "../core/abort.ts";
import { durationText } from "../core/duration.ts";
import { MeshError } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import type { CommandResponse } from "../../proto/messages.ts";
import { AllowList, argumentsTooLong, checkText, shown } from "./allow_list.ts";
import { confineArguments, isConfined } from "./confine.ts";
import { programEnvironment } from "./environment.ts";
import { type OutputOverflow, OutputReader } from "./output.ts";
import { ProgramFinder } from "./program.ts";
import { ProcessGroup } from "../core/process_group.ts";
import { SharedFolder } from "../core/shared_folder.ts";

/** What a {@link CommandRunner} may run, where, and how much of it. */
export interface CommandRunnerOptions {
  /** Bare names or absolute paths; a request must equal one of them exactly. */
  readonly allow: readonly string[];
  /** The shared folder: working folder of every command, and all that `ls` and `cat` may see. May be a link to a folder. */
  readonly share: string;
  /** Longest time that a command may run, in ms. */
  readonly timeoutMs?: number;
  /** Most bytes of UTF-8 kept of each of the two output streams. Both together fit gRPC's usual limit of 4 MB. */
  readonly maxOutputBytes?: number;
  readonly maxConcurrent?: number;
}

export interface RunOptions {
  /** Aborted when the caller goes away: the command is stopped. */
  readonly signal?: AbortSignal;
  /** The caller's own limit in ms; the smaller one counts. 0 = none of its own. */
  readonly timeoutMs?: number;
  /** The signal also aborts at the time limit: none of the runner's own counts, nor `timeoutMs`. */
  readonly limitedBySignal?: boolean;
  /** Time that the program has to end once it was told to, in ms, before it is killed. Default 250. */
  readonly termGraceMs?: number;
  /** Takes standard output that is long: the response then has none. What it does not take makes the command fail. */
  readonly overflow?: OutputOverflow | undefined;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_OUTPUT_BYTES = 1024 * 1024;
const DEFAULT_CONCURRENT = 32;
/** Time between SIGTERM and SIGKILL, in ms, where the caller does not say it. */
const DEFAULT_TERM_GRACE_MS = 250;
/** A killed program that the kernel cannot end (a dead network disk) no longer holds up its caller after this. */
const KILL_WAIT_MS = 1_000;
/** How long the output may stay open after the program ended, held by something that it left behind. */
const PIPE_GRACE_MS = 250;
/** The rest of what an ended program printed may take so long, in ms, on its way into a file. */
const OVERFLOW_MS = 30_000;

const log = logger("commands");

/**
 * Runs allow-listed programs in the shared folder: no shell, arguments verbatim, no standard input, an environment of
 * its own, and in a process group of its own, which ends with the program: nothing stays behind.
 */
export class CommandRunner implements Component {
  readonly name = "commands";
  readonly #allow: AllowList;
  readonly #share: SharedFolder;
  readonly #programs: ProgramFinder;
  readonly #environment = programEnvironment();
  readonly #timeoutMs: number;
  readonly #maxOutputBytes: number;
  readonly #maxConcurrent: number;
  readonly #stopping = new AbortController();
  readonly #calls = new Set<Promise<unknown>>();
  readonly #groups = new Set<ProcessGroup>();
  /** Places taken: by a program until it has really ended, even where its caller was let go before. */
  #taken = 0;

  constructor(options: CommandRunnerOptions) {
    this.#allow = new AllowList(options.allow);
    this.#share = new SharedFolder(options.share);
    this.#programs = new ProgramFinder(this.#environment);
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#maxOutputBytes = options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
    this.#maxConcurrent = options.maxConcurrent ?? DEFAULT_CONCURRENT;
  }

  start(): void {}

  /** Ends what runs at once, without waiting for it. */
  kill(): void {
    for (const group of this.#groups) group.kill("SIGKILL");
  }

  /** Stops what still runs and waits until it is gone. From then on commands are refused. */
  async stop(): Promise<void> {
    this.#stopping.abort(new MeshError("UNAVAILABLE", "the agent is stopping"));
    await Promise.allSettled(this.#calls);
  }

  /**
   * Runs one command to its end. The response is the program's own, whatever its exit code; 128 + n when signal n ended it.
   *
   * @throws {MeshError} `INVALID_ARGUMENT` (NUL bytes, too long), `PERMISSION_DENIED` (not on the list, a path outside the
   * shared folder), `FAILED_PRECONDITION` (not installed, no shared folder), `RESOURCE_EXHAUSTED` (too many at once),
   * `CANCELLED` (the signal), `DEADLINE_EXCEEDED` (the time limit), `UNAVAILABLE` (the agent is stopping).
   */
  async run(command: string, args: readonly string[], options: RunOptions = {}): Promise<CommandResponse> {
    checkText(command, args);
    this.#allow.check(command);
    if (options.signal?.aborted) throw cancelled(command);
    this.#stopping.signal.throwIfAborted();
    if (this.#taken >= this.#maxConcurrent) {
      throw new MeshError(
        "RESOURCE_EXHAUSTED",
        `${this.#maxConcurrent} commands are running on this device already: try again when one has ended`,
      );
    }
    const call = this.#startAndFinish(command, args, options);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #startAndFinish(command: string, args: readonly string[], options: RunOptions): Promise<CommandResponse> {
    const leave = () => void this.#taken--;
    this.#taken++;
    let group: ProcessGroup;
    try {
      group = await this.#spawn(command, args, options);
    } catch (error) {
      leave();
      throw options.signal?.aborted ? cancelled(command) : error;
    }
    group.ended.then(leave, leave);
    this.#groups.add(group);
    return await this.#finish(command, group, options);
  }

  async #spawn(command: string, args: readonly string[], options: RunOptions): Promise<ProcessGroup> {
    const folder = await this.#share.path();
    if (isConfined(command)) await confineArguments(command, args, folder, options.signal);
    const launch = this.#programs.find(command);
    if (options.signal?.aborted) throw cancelled(command);
    this.#stopping.signal.throwIfAborted();
    try {
      return ProcessGroup.spawn({ ...launch, args, folder, environment: this.#environment });
    } catch (error) {
      this.#share.forget();
      throw spawnFailure(command, error);
    }
  }

  async #finish(command: string, group: ProcessGroup, options: RunOptions): Promise<CommandResponse> {
    const stdout = new OutputReader(group.stdout, this.#maxOutputBytes, options.overflow);
    const stderr = new OutputReader(group.stderr, this.#maxOutputBytes);
    try {
      using interruption = new LinkedSignal(options.signal, this.#stopping.signal);
      if (!options.limitedBySignal) {
        const limit = this.#limitFor(options.timeoutMs);
        const late = `command ${shown(command)} was stopped after ${durationText(limit)}`;
        interruption.abortAfter(limit, new MeshError("DEADLINE_EXCEEDED", late));
      }
      const status = await endOrAbort(group.ended, interruption.signal);
      if (!status) {
        await terminate(group, options.termGraceMs ?? DEFAULT_TERM_GRACE_MS);
        if (options.signal?.aborted) throw cancelled(command);
        throw interruption.signal.reason;
      }
      const isRead = await settleWithin(PIPE_GRACE_MS, stdout.done, stderr.done);
      if (!isRead && stdout.hasOverflowed) {
        // What it left behind shall not hold the output open.
        group.kill("SIGKILL");
        await settleWithin(OVERFLOW_MS, stdout.done);
      }
      stdout.requireTaken();
      const response = { exit_code: status.code, stdout: stdout.text(), stderr: stderr.text() };
      if (group.couldNotExecute(response)) throw spawnFailure(command, response.stderr);
      return response;
    } finally {
      group.kill("SIGKILL");
      this.#groups.delete(group);
      await Promise.all([stdout.cancel(), stderr.cancel()]);
    }
  }

  #limitFor(callersMs: number | undefined): number {
    return callersMs !== undefined && callersMs > 0 ? Math.min(callersMs, this.#timeoutMs) : this.#timeoutMs;
  }
}

/** The program's status, or undefined when the signal came first. */
function endOrAbort(
  ended: Promise<Deno.CommandStatus>,
  signal: AbortSignal,
): Promise<Deno.CommandStatus | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    ended.then(resolve, reject);
  });
}

async function terminate(group: ProcessGroup, graceMs: number): Promise<void> {
  group.kill("SIGTERM");
  if (await settleWithin(graceMs, group.ended)) return;
  group.kill("SIGKILL");
  if (await settleWithin(KILL_WAIT_MS, group.ended)) return;
  log.warning("process {pid} does not end although it was killed", { pid: group.pid });
}

/** Waits for all promises, but at most `ms`. Returns whether they settled. */
async function settleWithin(ms: number, ...promises: Promise<unknown>[]): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), ms));
  try {
    return await Promise.race([late, Promise.allSettled(promises).then(() => true)]);
  } finally {
    clearTimeout(timer);
  }
}

function cancelled(command: string): MeshError {
  return new MeshError("CANCELLED", `command ${shown(command)} was stopped: its caller went away`);
}

function spawnFailure(command: string, cause: unknown): MeshError {
  const text = String(cause);
  if (text.includes("os error 7") || text.includes("os error 206")) {
    return argumentsTooLong(command, cause);
  }
  if (text.includes("No such cwd")) {
    return new MeshError("FAILED_PRECONDITION", "the shared folder of this device does not exist any more", { cause });
  }
  return new MeshError("FAILED_PRECONDITION", `command ${shown(command)} cannot be started on this device`, { cause });
}
