import { join } from "node:path";
import { assert, assertEquals } from "../../tests/assert.ts";
import { isAlive } from "../../tests/process_id.ts";
import { eventually, pidIn } from "../../tests/processes.ts";
import type { DeviceInfo, StatusSample } from "../../proto/messages.ts";
import { CommandRunner } from "../commands/run.ts";
import { MeshError } from "../core/errors.ts";
import { commandKind } from "./command.ts";
import type { TaskRun } from "./task_run.ts";
import { TaskWorker } from "./task_worker.ts";

/** A device that allows some programs, with a shared folder of its own. */
class Device implements AsyncDisposable {
  readonly share = Deno.realPathSync(Deno.makeTempDirSync());
  readonly #runner = new CommandRunner({ allow: ["sh", "ls", "no-such-program-here"], share: this.share });
  readonly #worker = new TaskWorker(
    { info: () => ({}) as DeviceInfo, sample: () => ({}) as StatusSample },
    [commandKind(this.#runner)],
  );

  run(
    command: readonly unknown[] | string,
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<TaskRun> {
    const input = typeof command === "string" ? command : JSON.stringify(command);
    const { signal, ...limit } = options;
    return Promise.resolve(this.#worker.begin({ kind: "COMMAND", input, ...limit }, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner.stop();
    Deno.removeSync(this.share, { recursive: true });
  }
}

const failure = ({ ok, error, error_code }: TaskRun) => ({ ok, error, error_code });

/** A program and a child of its own, which write their process ids and then take a minute. */
const SLOW = ["sh", "-c", "sleep 60 & echo $! > child; echo $$ > parent; wait"];

/** Both processes of {@link SLOW}, once they are there. */
async function slowProcesses(device: Device): Promise<number[]> {
  return [await pidIn(join(device.share, "child")), await pidIn(join(device.share, "parent"))];
}

async function gone(pids: readonly number[]): Promise<void> {
  await eventually(() => pids.every((pid) => !isAlive(pid)) || undefined, `the end of processes ${pids.join(", ")}`);
}

Deno.test("a command's output is the task's, as the program printed it", async () => {
  await using device = new Device();
  const { output, ok } = await device.run(["sh", "-c", "printf '  a\\n\\nb  '; echo noise >&2"]);
  assertEquals([ok, output], [true, "  a\n\nb  "]);
  Deno.writeTextFileSync(join(device.share, "report"), "");
  assertEquals((await device.run(["ls"])).output, "report\n");
});

Deno.test("an exit code other than 0 is the task's own failure, with the first line of what it said", async () => {
  await using device = new Device();
  const failing: [string, string][] = [
    ["exit 3", "exit code 3"],
    ["echo '  no such file ' >&2; echo more >&2; exit 3", "exit code 3: no such file"],
    ["printf '\\n\\nlate' >&2; exit 1", "exit code 1: late"],
    ["echo output; exit 255", "exit code 255"],
    ["kill -9 $$", "exit code 137"],
  ];
  for (const [script, error] of failing) {
    assertEquals(failure(await device.run(["sh", "-c", script])), { ok: false, error, error_code: "" });
  }
});

Deno.test("an input that is no command says so, and nothing runs", async () => {
  await using device = new Device();
  const { ok, error, error_code } = await device.run("ls -l");
  assertEquals([ok, error_code], [false, "INVALID_ARGUMENT"]);
  assertEquals(
    error,
    'input: is not a JSON array of texts: it is not JSON; write the program first, as in ["ls","-l"]',
  );
});

Deno.test("what only this device cannot do is no verdict on the task", async () => {
  await using device = new Device();
  const refused: [string[], string, string][] = [
    [["rm", "-r", "."], "PERMISSION_DENIED", 'command "rm" is not allowed on this device'],
    [["ls", "/"], "PERMISSION_DENIED", "outside"],
    [["no-such-program-here"], "FAILED_PRECONDITION", "not installed"],
  ];
  for (const [command, code, message] of refused) {
    const { ok, error, error_code } = await device.run(command);
    assertEquals([ok, error_code], [false, code]);
    assert(error.includes(message), error);
  }
});

Deno.test("a command that passes the task's time limit is stopped with all that it started", async () => {
  await using device = new Device();
  const result = await device.run(SLOW, { timeoutMs: 1500 });
  assertEquals(failure(result), {
    ok: false,
    error: "stopped after 1.5 s, its time limit",
    error_code: "DEADLINE_EXCEEDED",
  });
  await gone(await slowProcesses(device));
});

Deno.test("a cancelled command is stopped with all that it started", async () => {
  await using device = new Device();
  const caller = new AbortController();
  const run = device.run(SLOW, { signal: caller.signal });
  const pids = await slowProcesses(device);
  assert(pids.every(isAlive));
  caller.abort(new MeshError("CANCELLED", "cancelled"));
  assertEquals(failure(await run), { ok: false, error: "cancelled", error_code: "CANCELLED" });
  await gone(pids);
});

Deno.test("a command that is told to end has time to put things in order", async () => {
  await using device = new Device();
  const script = "trap 'sleep 0.6; echo clean > cleaned; exit 0' TERM; echo $$ > parent; sleep 60 & wait";
  const { error_code } = await device.run(["sh", "-c", script], { timeoutMs: 500 });
  assertEquals(error_code, "DEADLINE_EXCEEDED");
  assertEquals(Deno.readTextFileSync(join(device.share, "cleaned")), "clean\n");
});

Deno.test("a command that does not heed that it is told to end is killed", async () => {
  await using device = new Device();
  const script = "trap '' TERM; echo $$ > parent; while :; do sleep 0.1; done";
  const caller = new AbortController();
  const run = device.run(["sh", "-c", script], { signal: caller.signal });
  const pid = await pidIn(join(device.share, "parent"));
  caller.abort(new MeshError("CANCELLED", "cancelled"));
  assertEquals(failure(await run), { ok: false, error: "cancelled", error_code: "CANCELLED" });
  await gone([pid]);
});

Deno.test("more commands than the device runs at once wait for their turn, and all of them run", async () => {
  await using device = new Device();
  const { slots } = commandKind({ run: () => Promise.reject(new Error("not run")) });
  const script = `echo begin >> log; while [ ! -e go ]; do sleep 0.02; done; echo end >> log`;
  const runs = Array.from({ length: slots + 40 }, () => device.run(["sh", "-c", script]));
  const log = () => {
    try {
      return Deno.readTextFileSync(join(device.share, "log")).split("\n").filter(Boolean);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  };
  await eventually(() => log().length >= slots || undefined, `${slots} commands`);
  assertEquals(log().filter((line) => line === "begin").length, slots);
  Deno.writeTextFileSync(join(device.share, "go"), "");
  const results = await Promise.all(runs);
  assertEquals(results.filter(({ ok }) => !ok).map(failure), []);
  assertEquals(log().length, 2 * runs.length);
});

Deno.test("a task's command may run for longer than one that is called directly", async () => {
  const share = Deno.makeTempDirSync();
  const runner = new CommandRunner({ allow: ["sh"], share, timeoutMs: 1 });
  const host = { info: () => ({}) as DeviceInfo, sample: () => ({}) as StatusSample };
  const worker = new TaskWorker(host, [commandKind(runner)]);
  try {
    const input = JSON.stringify(["sh", "-c", "sleep 0.1; echo done"]);
    assertEquals((await worker.begin({ kind: "COMMAND", input })).output, "done\n");
  } finally {
    await runner.stop();
    Deno.removeSync(share);
  }
});
