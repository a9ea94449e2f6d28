import { stripVTControlCharacters } from "node:util";
import { paintFor } from "../../cli/output/paint.ts";
import type { Stream } from "../../cli/output/terminal.ts";
import { runCommandLine } from "../../cli/run_command.ts";
import { CHECKOUT, DENO_ARGS, plainEnvironment } from "./program.ts";

/** A command line and what it printed, with the colours that it has on a terminal. */
export interface Scene {
  readonly line: string;
  readonly output: string;
}

export interface StageOptions {
  /** Stops the command that runs. */
  readonly signal: AbortSignal;
  /** Records what is shown, as on a terminal of so many columns. */
  readonly recordColumns?: number | undefined;
}

/** A line that says how far a job is: a terminal shows bars in its place, and takes them away again. */
const PROGRESS = /^(?:group \d+ of \d+|job): .*\n$/;

const encoder = new TextEncoder();

/** Shows command lines as a user would type them, runs them, and shows what they print. */
export class Stage {
  /** What was recorded, in order. */
  readonly scenes: Scene[] = [];
  /** What `export` set: the environment of every command that follows. */
  readonly #exported: Record<string, string> = {};
  readonly #paint = paintFor(Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR"));

  constructor(private readonly options: StageOptions) {}

  get environment(): Readonly<Record<string, string>> {
    return this.#exported;
  }

  /** A remark of the demo's own, as a shell's comment. */
  say(remark: string): void {
    this.print(`\n${this.#paint.dim(`# ${remark}`)}\n`);
  }

  print(text: string): void {
    const bytes = encoder.encode(text);
    for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
  }

  prompt(line: string): void {
    this.print(`${this.#paint.green("$")} ${this.#paint.bold(line)}\n`);
  }

  /** `export NAME=VALUE …`; `$NAME` of an earlier one stands for its value. */
  export(variables: Readonly<Record<string, string>>): void {
    this.prompt(`export ${Object.entries(variables).map(([name, value]) => `${name}=${value}`).join(" ")}`);
    for (const [name, value] of Object.entries(variables)) this.#exported[name] = this.expand(value);
  }

  /** A word as the shell hands it on. */
  expand(word: string): string {
    return word.replace(/\$([A-Z_]+)/g, (whole, name: string) => this.#exported[name] ?? whole);
  }

  /**
   * Shows and runs `edgemesh ARGS`, in the checkout's folder.
   *
   * @throws {Error} when it ends with another exit code than 0
   */
  async edgemesh(...args: string[]): Promise<void> {
    const line = `edgemesh ${args.map(quoted).join(" ")}`;
    this.prompt(line);
    const { recordColumns } = this.options;
    const code = recordColumns === undefined ? await this.#spawn(args) : await this.#record(line, args, recordColumns);
    this.options.signal.throwIfAborted();
    if (code !== 0) throw new Error(`"${line}" ended with exit code ${code}`);
  }

  async #spawn(args: readonly string[]): Promise<number> {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [...DENO_ARGS, ...args.map((word) => this.expand(word))],
      cwd: CHECKOUT,
      env: { ...plainEnvironment(), ...this.#exported },
      clearEnv: true,
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
      signal: this.options.signal,
    }).spawn().status;
    return code;
  }

  /** Runs the command line in this process, the only place that can lend it a terminal of any size. */
  async #record(line: string, args: readonly string[], columns: number): Promise<number> {
    let output = "";
    const stream = (isTerminal: boolean): Stream => {
      const write = (text: string) => {
        if (isTerminal || !PROGRESS.test(text)) output += text;
        return Promise.resolve();
      };
      const writeBytes = (bytes: Uint8Array) => write(new TextDecoder().decode(bytes));
      return { isTerminal, columns: () => columns, rows: () => undefined, write, writeBytes };
    };
    for (const [name, value] of Object.entries(this.#exported)) Deno.env.set(name, value);
    // A terminal for results; none for standard error, where a command shows its progress and takes it away again.
    const terminal = { escapes: true, out: stream(true), err: stream(false) };
    const code = await runCommandLine(args.map((word) => this.expand(word)), terminal);
    this.scenes.push({ line, output });
    this.print(Deno.stdout.isTerminal() ? output : stripVTControlCharacters(output));
    return code;
  }
}

/** A word as it has to be typed. */
function quoted(word: string): string {
  return /^[\w$@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
