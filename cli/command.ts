import type { Flags, GivenFlags } from "../agent/config/flags.ts";
import type { MeshClient } from "./client.ts";
import type { Output } from "./output/output.ts";

/** One command of the program: everything that its help page and the completions say, and what it does. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows `edgemesh`, one line for each form: `status DEVICE`. */
  readonly usage: readonly string[];
  /** Further paragraphs of its help page. */
  readonly details?: string;
  /** Its own flags, without the common ones. */
  readonly flags: Flags;
  /** False for a command that does not take the common flags, but only its own and `--help`. */
  readonly commonFlags?: false;
  /** How many positionals are ours: from that one on everything belongs to somebody else, as in `exec CMD ARG…`. */
  readonly verbatimFrom?: number;
  /** How many positionals it takes. */
  readonly arguments: { readonly least: number; readonly most: number };
  readonly completes?: Completes;
  /** It ends on SIGINT and SIGTERM by itself; no signal of the context ever aborts. */
  readonly handlesSignals?: true;
  /**
   * @returns the exit code; 0 by default
   * @throws {MeshError} when the operation failed (exit code 1)
   * @throws {UsageError} when it was asked wrongly (exit code 2)
   */
  run(context: CommandContext): Promise<number | void>;
}

/** What a shell may offer: for the arguments, and for the values of a flag. */
export interface Completes {
  readonly arguments?: "files" | "commands" | readonly string[];
  readonly flags?: Readonly<Record<string, readonly string[]>>;
}

/** What a command may use. */
export interface CommandContext {
  readonly given: GivenFlags;
  readonly positionals: readonly string[];
  readonly output: Output;
  /** Aborts when the user presses Ctrl-C. The command then has half a second to end. */
  readonly signal: AbortSignal;
  /** Asks for more than half a second, in ms, where Ctrl-C comes; a second one ends the program all the same. */
  graceAfterInterrupt(ms: number): void;
  /**
   * Opens a session with the agent that the common flags name. The dispatcher closes it.
   *
   * @param defaultTimeoutMs how long a call may take where `--timeout` is not given
   * @param signal ends its calls, instead of Ctrl-C
   */
  connect(defaultTimeoutMs?: number, signal?: AbortSignal): Promise<MeshClient>;
  /**
   * A file, or standard input to its end for `-`.
   *
   * @param mostBytes how large it may be; default 256 MiB
   * @throws {UsageError} when it cannot be read, is too large or is not UTF-8
   */
  readInput(path: string, mostBytes?: number): Promise<string>;
}
