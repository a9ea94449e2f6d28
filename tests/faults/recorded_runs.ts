import { eventually, TemporaryFolder } from "../processes.ts";

/**
 * A program for tasks of kind COMMAND that writes down that it began, takes its time, and prints what it was called.
 * `$1`: the name of the run, without blanks, `$2`: seconds, `$3`: exit code.
 */
const SCRIPT = `#!/bin/sh
printf '%s %s\\n' "$1" "$$" >> 'LOG'
sleep "$2"
printf 'ran %s' "$1"
exit "\${3:-0}"
`;

/** What real processes ran, as they wrote it down themselves. */
export class RecordedRuns implements Disposable {
  /** The program's path, to be allowed. */
  readonly program: string;
  /** Flags of an agent that may run it. */
  readonly flags: readonly string[];
  readonly #folder = new TemporaryFolder();
  readonly #log: string;

  constructor() {
    this.#log = this.#folder.write("runs", "");
    this.program = this.#folder.write("record", SCRIPT.replace("LOG", this.#log));
    Deno.chmodSync(this.program, 0o755);
    this.flags = ["--allow", this.program];
  }

  /** A task that is such a run. Its result is `ran NAME`. */
  task(name: string, seconds: number, options: { readonly target?: string; readonly exitCode?: number } = {}) {
    const { target = "", exitCode = 0 } = options;
    const input = JSON.stringify([this.program, name, String(seconds), String(exitCode)]);
    return { task_id: name, kind: "COMMAND", input, target_device_id: target };
  }

  /** How often each began, by name. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { name } of this.#runs()) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  }

  /** Waits until a run has begun, and answers the id of its process. */
  begun(name: string): Promise<number> {
    return eventually(() => this.#runs().findLast((run) => run.name === name)?.pid, `the beginning of ${name}`);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }

  #runs(): { name: string; pid: number }[] {
    return Deno.readTextFileSync(this.#log).split("\n").slice(0, -1).map((line) => {
      const [name = "", pid] = line.split(" ");
      return { name, pid: Number(pid) };
    });
  }
}
