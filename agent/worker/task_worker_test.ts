import { assert, assertEquals, assertMatch, assertThrows } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import type { StatusSample } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { taskKinds } from "./kinds.ts";
import type { LastingKind, TaskKind } from "./task_kind.ts";
import { TaskWorker } from "./task_worker.ts";

const INFO = deviceInfo({ device_id: "11111111-2222-4333-8444-555555555555", device_name: "desk" });
const SAMPLE: StatusSample = { cpu_load: 0.5, mem_total_mb: 16000.4, mem_used_mb: 4000.6, ram_free_mb: 11999 };
const NO_COMMANDS = { run: () => Promise.reject(new Error("no command is run here")) };

function worker(...kinds: TaskKind[]): TaskWorker {
  return new TaskWorker({ info: () => INFO, sample: () => SAMPLE }, kinds.length > 0 ? kinds : taskKinds(NO_COMMANDS));
}

/** A kind whose tasks end when the test says so, or with their signal. */
class Controlled implements LastingKind {
  readonly name = "CONTROLLED";
  readonly begun: string[] = [];
  readonly #ends = new Map<string, (output: string) => void>();

  constructor(readonly slots: number, private readonly heeds = true) {}

  run(input: string, _host: unknown, signal: AbortSignal): Promise<string> {
    this.begun.push(input);
    return new Promise((resolve, reject) => {
      this.#ends.set(input, resolve);
      if (this.heeds) signal.addEventListener("abort", () => reject(new Error("interrupted")), { once: true });
    });
  }

  end(input: string): void {
    const resolve = this.#ends.get(input);
    assert(resolve, `${input} has not begun`);
    resolve(`end of ${input}`);
  }
}

const controlled = (input: string, timeoutMs?: number) => ({
  kind: "CONTROLLED",
  input,
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
});

/** Lets promises that are settled be heard of. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

Deno.test("ECHO gives its input back", async () => {
  const { time_ms, ...result } = await worker().begin({ kind: "ECHO", input: " a\nb " });
  assertEquals(result, { ok: true, output: "echo:  a\nb ", error: "", error_code: "" });
  assert(time_ms >= 0);
});

Deno.test("SYSINFO says what the device is, one item a line", async () => {
  const before = Math.floor(Date.now() / 1000) * 1000;
  const { ok, output } = await worker().begin({ kind: "SYSINFO", input: "ignored" });
  assertEquals(ok, true);
  const lines = output.split("\n");
  assertEquals(lines.slice(0, 4), [
    "Device: desk",
    "Device ID: 11111111-2222-4333-8444-555555555555",
    "Platform: linux/amd64",
    "Memory: 16000 MB total, 4001 MB used",
  ]);
  assertEquals(lines.length, 5);
  const time = lines[4] ?? "";
  assertMatch(time, /^Time: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const told = Date.parse(time.slice("Time: ".length));
  assert(told >= before && told <= Date.now());
});

Deno.test("a device says which kinds it runs, and how many tasks of each at once", () => {
  assertEquals(worker().kinds, ["SYSINFO", "ECHO", "COMMAND"]);
  const slots = new Map(worker().slots.map(({ kind, slots }) => [kind, slots]));
  assertEquals([slots.get("ECHO"), slots.get("SYSINFO")], [512, 64]);
  assertEquals(slots.get("COMMAND"), Math.min(8, Math.max(2, navigator.hardwareConcurrency)));
});

Deno.test("a kind that the device does not know is refused with those that it knows", async () => {
  for (const kind of ["", "echo", "LLM_GENERATE", "constructor"]) {
    const { ok, error, error_code } = await worker().begin({ kind, input: "" });
    assertEquals([ok, error_code], [false, "UNIMPLEMENTED"]);
    assertEquals(error, `kind: ${JSON.stringify(kind)} is unknown, this device runs SYSINFO, ECHO, COMMAND`);
    assertEquals(assertThrows(() => worker().requireKind(kind), MeshError, error).code, "INVALID_ARGUMENT");
  }
  worker().requireKind("ECHO");
});

Deno.test("a task that fails is a result with its reason on one line", async () => {
  const fail = (error: Error) => () => {
    throw error;
  };
  const kinds: TaskKind[] = [
    { name: "AT_ONCE", slots: 1, answer: fail(new Error("no\n luck")) },
    { name: "LATER", slots: 1, run: () => Promise.reject(new Error("no luck")) },
    { name: "BEFORE_LATER", slots: 1, run: fail(new Error("no luck")) },
  ];
  const failing = worker(...kinds);
  // The second task shows that the first one gave its place back.
  for (const kind of ["AT_ONCE", "LATER", "BEFORE_LATER", "LATER", "BEFORE_LATER"]) {
    const { ok, output, error, error_code } = await failing.begin({ kind, input: "" });
    assertEquals({ ok, output, error, error_code }, { ok: false, output: "", error: "no luck", error_code: "" });
  }
});

Deno.test("a failure that is not the task's own verdict says what kind of failure it is", async () => {
  const gone = () => Promise.reject(new MeshError("FAILED_PRECONDITION", "the shared folder is gone"));
  const { error, error_code } = await worker({ name: "X", slots: 1, run: gone }).begin({ kind: "X", input: "" });
  assertEquals([error, error_code], ["the shared folder is gone", "FAILED_PRECONDITION"]);
});

Deno.test("a cancelled task says why, before and while it runs", async () => {
  const kind = new Controlled(1);
  const tasks = worker(kind);
  const caller = new AbortController();
  const running = tasks.begin(controlled("a"), caller.signal);
  const waiting = tasks.begin(controlled("b"), caller.signal);
  await turn();
  caller.abort(new MeshError("CANCELLED", "cancelled"));
  for (const run of [running, waiting, tasks.begin(controlled("c"), caller.signal)]) {
    const { ok, error, error_code } = await run;
    assertEquals({ ok, error, error_code }, { ok: false, error: "cancelled", error_code: "CANCELLED" });
  }
  assertEquals(kind.begun, ["a"]);
  const free = tasks.begin(controlled("d"));
  await turn();
  kind.end("d");
  assertEquals((await free).output, "end of d");
});

Deno.test("a task that ends just as it is cancelled keeps its result", async () => {
  const kind = new Controlled(1, false);
  const caller = new AbortController();
  const run = worker(kind).begin(controlled("a"), caller.signal);
  await turn();
  caller.abort(new MeshError("CANCELLED", "cancelled"));
  kind.end("a");
  assertEquals((await run).output, "end of a");
});

Deno.test("of a kind only so many tasks run at once; the others follow in the order in which they came", async () => {
  const kind = new Controlled(2);
  const tasks = worker(kind);
  const runs = ["a", "b", "c", "d", "e"].map((input) => tasks.begin(controlled(input)));
  await turn();
  assertEquals(kind.begun, ["a", "b"]);
  for (const [ended, next] of [["b", "c"], ["a", "d"], ["d", "e"]] as const) {
    kind.end(ended);
    await turn();
    assertEquals(kind.begun.at(-1), next);
  }
  for (const input of ["c", "e"]) kind.end(input);
  assertEquals(
    (await Promise.all(runs)).map(({ output }) => output),
    ["a", "b", "c", "d", "e"].map((x) => `end of ${x}`),
  );
});

Deno.test("a task that passes its time limit is stopped and says so; waiting for its turn does not count", async () => {
  const kind = new Controlled(1);
  const tasks = worker(kind);
  const first = tasks.begin(controlled("a"));
  const second = tasks.begin(controlled("b", 30));
  await new Promise((resolve) => setTimeout(resolve, 60));
  assertEquals(kind.begun, ["a"]);
  kind.end("a");
  assert((await first).ok);
  const { ok, error, error_code } = await second;
  assertEquals(kind.begun, ["a", "b"]);
  assertEquals({ ok, error, error_code }, {
    ok: false,
    error: "stopped after 30 ms, its time limit",
    error_code: "DEADLINE_EXCEEDED",
  });
});

Deno.test("a time limit beyond what a timer takes is no limit of zero", async () => {
  const kind = new Controlled(1);
  const run = worker(kind).begin(controlled("a", 2 ** 40));
  await turn();
  await turn();
  kind.end("a");
  assertEquals((await run).ok, true);
});

Deno.test("a task that does not heed its end is answered for, and keeps its place until it really ends", async () => {
  const kind = new Controlled(1, false);
  const tasks = worker(kind);
  const deaf = await tasks.begin(controlled("a", 10));
  assertEquals([deaf.ok, deaf.error], [false, "stopped after 10 ms, its time limit"]);
  const next = tasks.begin(controlled("b"));
  await turn();
  assertEquals(kind.begun, ["a"]);
  kind.end("a");
  await turn();
  assertEquals(kind.begun, ["a", "b"]);
  kind.end("b");
  assert((await next).ok);
});

Deno.test("a task with nothing to wait for is done without a promise, and without a place", async () => {
  const tasks = worker({ name: "NOW", slots: 1, answer: (input) => input }, new Controlled(1));
  for (let n = 0; n < 10; n++) {
    const result = tasks.begin({ kind: "NOW", input: "x" });
    assert(!(result instanceof Promise) && result.output === "x");
  }
  await turn();
});
