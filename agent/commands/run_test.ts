import { join } from "node:path";
import { assert, assertEquals, assertRejects, assertThrows } from "../../tests/assert.ts";
import { delay } from "../core/abort.ts";
import { MeshError, UsageError } from "../core/errors.ts";
import { CommandRunner, type CommandRunnerOptions } from "./run.ts";

/** A shared folder, a place for scripts outside of it, and a runner for both; everything is removed at the end. */
class Bench implements AsyncDisposable {
  readonly share = Deno.realPathSync(Deno.makeTempDirSync());
  readonly #scripts = Deno.realPathSync(Deno.makeTempDirSync());
  readonly #runners: CommandRunner[] = [];

  runner(options: Partial<CommandRunnerOptions> = {}): CommandRunner {
    const runner = new CommandRunner({ allow: ["pwd", "ls", "cat", "echo", "env"], share: this.share, ...options });
    this.#runners.push(runner);
    return runner;
  }

  /** A runner for one shell script; the script finds the shared folder as its working folder. */
  script(text: string, options: Partial<CommandRunnerOptions> = {}): { path: string; runner: CommandRunner } {
    const path = join(this.#scripts, `script${this.#runners.length}`);
    Deno.writeTextFileSync(path, `#!/bin/sh\n${text}\n`);
    Deno.chmodSync(path, 0o755);
    return { path, runner: this.runner({ allow: [path], ...options }) };
  }

  /** The process ids that a script wrote into a file of the shared folder, as soon as there are `count`. */
  async pids(file: string, count: number): Promise<number[]> {
    const read = () => {
      try {
        return Deno.readTextFileSync(join(this.share, file)).split("\n").filter(Boolean).map(Number);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    };
    await until(() => read().length >= count);
    return read();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const runner of this.#runners) await runner.stop();
    Deno.removeSync(this.share, { recursive: true });
    Deno.removeSync(this.#scripts, { recursive: true });
  }
}

async function until(condition: () => boolean, ms = 5_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error("the condition was not met in time");
    await delay(5);
  }
}

/** Whether a process runs that was started by this path. */
function isRunning(path: string): boolean {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0").includes(path)) return true;
    } catch {
      // It ended between the two looks.
    }
  }
  return false;
}

/** A zombie still has a pid, but runs no more. */
function isGone(pid: number): boolean {
  try {
    return /^State:\tZ/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return true;
  }
}

async function rejectsWith(code: string, run: Promise<unknown>, message: string): Promise<void> {
  assertEquals((await assertRejects(() => run, MeshError, message)).code, code);
}

Deno.test("a command runs in the shared folder and its exit code, output and errors come back", async () => {
  await using bench = new Bench();
  assertEquals(await bench.runner().run("pwd", []), { exit_code: 0, stdout: `${bench.share}\n`, stderr: "" });
  const { path, runner } = bench.script("echo out; echo wrong >&2; exit 7");
  assertEquals(await runner.run(path, []), { exit_code: 7, stdout: "out\n", stderr: "wrong\n" });
});

Deno.test("arguments arrive verbatim, whatever they would mean to a shell", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script(`printf '[%s]' "$@"`);
  const args = ["$(id)", "a b", "", "; rm -rf /", "*", "'\"", "\n", "--", "-x", "日本"];
  assertEquals((await runner.run(path, args)).stdout, args.map((argument) => `[${argument}]`).join(""));
});

Deno.test("a command sees nothing of the agent's environment and has no standard input", async () => {
  await using bench = new Bench();
  Deno.env.set("EDGEMESH_KEY", "very-secret");
  try {
    const { stdout } = await bench.runner().run("env", []);
    const names = stdout.trim().split("\n").map((line) => line.slice(0, line.indexOf("="))).sort();
    assertEquals(names.filter((name) => name !== "TZ"), ["LANG", "LC_ALL", "PATH"]);
  } finally {
    Deno.env.delete("EDGEMESH_KEY");
  }
  const { path, runner } = bench.script("cat; echo end of input");
  assertEquals((await runner.run(path, [])).stdout, "end of input\n");
});

Deno.test("a command that is not on the list is refused with its name and what is allowed", async () => {
  await using bench = new Bench();
  const runner = bench.runner({ allow: ["pwd", "ls"] });
  const refused = ["rm", "PWD", "/bin/pwd", "./pwd", "pwd ", "../bin/pwd"];
  for (const command of refused) {
    await rejectsWith("PERMISSION_DENIED", runner.run(command, []), `${JSON.stringify(command)} is not allowed`);
  }
  await rejectsWith("PERMISSION_DENIED", runner.run("rm", []), "it allows ls, pwd");
  await rejectsWith("PERMISSION_DENIED", bench.runner({ allow: [] }).run("ls", []), "it allows none");
  await rejectsWith("INVALID_ARGUMENT", runner.run("", []), `"command" is empty`);
});

Deno.test("an allow-list entry that could mean several programs is refused at the start", () => {
  for (const entry of ["", "bin/ls", "./ls", "..", "../ls", "l\0s"]) {
    assertThrows(() => new CommandRunner({ allow: [entry], share: "/" }), UsageError, "bare name or an absolute path");
  }
});

Deno.test("NUL bytes and endless arguments are refused", async () => {
  await using bench = new Bench();
  const runner = bench.runner();
  await rejectsWith("INVALID_ARGUMENT", runner.run("pwd\0", []), `"command" contains a NUL byte`);
  await rejectsWith("INVALID_ARGUMENT", runner.run("echo", ["a", "b\0c"]), `"args[1]" contains a NUL byte`);
  await rejectsWith("INVALID_ARGUMENT", runner.run("echo", ["x".repeat(5_000_000)]), "too long");
});

Deno.test("an allowed command that is not installed, or is no program, is said to be so", async () => {
  await using bench = new Bench();
  Deno.writeTextFileSync(join(bench.share, "data"), "no program");
  const data = join(bench.share, "data");
  const runner = bench.runner({ allow: ["no-such-program-here", data, bench.share, `${data}/x`] });
  for (const command of ["no-such-program-here", data, bench.share, `${data}/x`]) {
    await rejectsWith("FAILED_PRECONDITION", runner.run(command, []), "allowed but not installed");
  }
});

Deno.test("a script whose interpreter is missing is said not to start", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("");
  Deno.writeTextFileSync(path, "#!/no/such/interpreter\n");
  await rejectsWith("FAILED_PRECONDITION", runner.run(path, []), "cannot be started on this device");
});

Deno.test("a program in the shared folder cannot stand in for an allowed one", async () => {
  await using bench = new Bench();
  const before = Deno.env.get("PATH");
  Deno.writeTextFileSync(join(bench.share, "pwd"), "#!/bin/sh\necho impostor\n");
  Deno.chmodSync(join(bench.share, "pwd"), 0o755);
  Deno.env.set("PATH", `.::bin:${before}`);
  const runner = bench.runner({ allow: ["pwd", "env"] });
  Deno.env.set("PATH", before ?? "");
  assertEquals((await runner.run("pwd", [])).stdout, `${bench.share}\n`);
  assert((await runner.run("env", [])).stdout.includes(`PATH=${before}\n`));
});

Deno.test("a missing shared folder is said to be missing, and used again when it is back", async () => {
  await using bench = new Bench();
  const share = join(bench.share, "later");
  const runner = bench.runner({ share });
  await rejectsWith("FAILED_PRECONDITION", runner.run("pwd", []), "shared folder");
  Deno.mkdirSync(share);
  assertEquals((await runner.run("pwd", [])).stdout, `${share}\n`);
  Deno.removeSync(share);
  await rejectsWith("FAILED_PRECONDITION", runner.run("pwd", []), "shared folder");
  Deno.mkdirSync(share);
  assertEquals((await runner.run("pwd", [])).exit_code, 0);
});

Deno.test("a program ended by a signal has the exit code 128 + its number", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("kill -9 $$");
  assertEquals((await runner.run(path, [])).exit_code, 137);
});

Deno.test("a command whose caller goes away is killed with all that it started, even when it ignores SIGTERM", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script(
    `trap '' TERM; echo $$ >> pids\n(trap '' TERM; sh -c 'echo $$ >> pids; exec sleep 60') &\nwhile :; do sleep 60; done`,
  );
  const caller = new AbortController();
  const run = rejectsWith("CANCELLED", runner.run(path, [], { signal: caller.signal }), "caller went away");
  const pids = await bench.pids("pids", 2);
  assert(pids.every((pid) => !isGone(pid)));
  caller.abort();
  await run;
  await until(() => pids.every(isGone));
});

Deno.test("a command whose caller goes away at once leaves nothing running", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("sleep 60; exit 0");
  for (const wait of [0, 1, 2, 3, 4]) {
    const caller = new AbortController();
    const run = runner.run(path, [], { signal: caller.signal });
    if (wait > 0) setTimeout(() => caller.abort(), wait);
    else caller.abort();
    await rejectsWith("CANCELLED", run, "caller went away");
  }
  await rejectsWith("CANCELLED", runner.run(path, [], { signal: AbortSignal.abort() }), "caller went away");
  await until(() => !isRunning(path));
});

Deno.test("a command that may end itself gets SIGTERM before SIGKILL", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script(
    `trap 'echo ended > ended; exit 0' TERM; echo $$ >> pids; while :; do sleep 0.01; done`,
  );
  const caller = new AbortController();
  const run = rejectsWith("CANCELLED", runner.run(path, [], { signal: caller.signal }), "caller went away");
  await bench.pids("pids", 1);
  caller.abort();
  await run;
  assertEquals(Deno.readTextFileSync(join(bench.share, "ended")), "ended\n");
});

Deno.test("a command is stopped at the device's limit, or at the caller's when that is smaller", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("sleep 60; exit 0", { timeoutMs: 300 });
  await rejectsWith("DEADLINE_EXCEEDED", runner.run(path, [], { timeoutMs: 0 }), "was stopped after 300 ms");
  await rejectsWith("DEADLINE_EXCEEDED", runner.run(path, [], { timeoutMs: 60_000 }), "was stopped after 300 ms");
  await rejectsWith("DEADLINE_EXCEEDED", runner.run(path, [], { timeoutMs: 80 }), "was stopped after 80 ms");
  await until(() => !isRunning(path));
});

Deno.test("what a program leaves behind neither holds up its answer nor lives on", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script(
    `sh -c 'echo $$ >> pids; exec sleep 60' &\nwhile [ ! -s pids ]; do sleep 0.01; done; echo done`,
  );
  const begin = performance.now();
  assertEquals(await runner.run(path, []), { exit_code: 0, stdout: "done\n", stderr: "" });
  assert(performance.now() - begin < 3_000);
  const [pid] = await bench.pids("pids", 1);
  await until(() => isGone(pid ?? 0));
});

Deno.test("output past the limit is cut with a line that says so, and the program still ends", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("head -c 3000000 /dev/zero | tr '\\0' x; echo oops >&2; exit 3");
  const { exit_code, stdout, stderr } = await runner.run(path, []);
  assertEquals([exit_code, stderr], [3, "oops\n"]);
  assert(stdout === "x".repeat(1048576) + "\n[edgemesh: output cut after 1048576 bytes]\n");
});

Deno.test("a program that writes without end is stopped at its limit while the agent stays quick", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("exec yes", { timeoutMs: 500, maxOutputBytes: 1000 });
  const run = runner.run(path, []);
  let longest = 0;
  const watch = (async () => {
    for (let last = performance.now(), end = last + 400; last < end;) {
      await delay(1);
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
  })();
  await rejectsWith("DEADLINE_EXCEEDED", run, "stopped after 500 ms");
  await watch;
  assert(longest < 200, `the agent was held up for ${longest} ms`);
});

Deno.test("binary output stays under the limit as text", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("head -c 900000 /dev/zero | tr '\\0' '\\377'");
  const { stdout } = await runner.run(path, []);
  assertEquals(stdout.slice(0, 3), "\uFFFD\uFFFD\uFFFD");
  assert(stdout.endsWith("\uFFFD\n[edgemesh: output cut after 1048576 bytes]\n"));
  assert(new TextEncoder().encode(stdout).length < 1048576 + 60);
});

Deno.test("more commands at once than the limit are refused, until one has ended", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("echo $$ >> pids; sleep 60", { maxConcurrent: 2 });
  const caller = new AbortController();
  const runs = [1, 2].map(() => rejectsWith("CANCELLED", runner.run(path, [], { signal: caller.signal }), ""));
  await rejectsWith("RESOURCE_EXHAUSTED", runner.run(path, []), "2 commands are running on this device already");
  await bench.pids("pids", 2);
  await rejectsWith("RESOURCE_EXHAUSTED", runner.run(path, []), "try again");
  caller.abort();
  await Promise.all(runs);
  await rejectsWith("DEADLINE_EXCEEDED", runner.run(path, [], { timeoutMs: 20 }), "20 ms");
});

Deno.test("stopping the runner ends what runs and refuses what comes, also when done twice", async () => {
  await using bench = new Bench();
  const { path, runner } = bench.script("trap '' TERM; echo $$ >> pids; while :; do sleep 60; done");
  const run = rejectsWith("UNAVAILABLE", runner.run(path, []), "the agent is stopping");
  const [pid] = await bench.pids("pids", 1);
  await Promise.all([runner.stop(), runner.stop()]);
  assert(isGone(pid ?? 0));
  await run;
  await rejectsWith("UNAVAILABLE", runner.run(path, []), "the agent is stopping");
  await bench.runner().stop();
});
