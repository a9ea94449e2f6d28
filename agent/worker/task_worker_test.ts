import { assert, assertEquals, assertMatch, assertRejects } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import type { StatusSample } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { TaskKind } from "./task_kind.ts";
import { TaskWorker } from "./task_worker.ts";

const INFO = deviceInfo({ device_id: "11111111-2222-4333-8444-555555555555", device_name: "desk" });
const SAMPLE: StatusSample = { cpu_load: 0.5, mem_total_mb: 16000.4, mem_used_mb: 4000.6, ram_free_mb: 11999 };

function worker(...kinds: TaskKind[]): TaskWorker {
  const host = { info: () => INFO, sample: () => SAMPLE };
  return kinds.length > 0 ? new TaskWorker(host, kinds) : new TaskWorker(host);
}

Deno.test("ECHO gives its input back", async () => {
  const { time_ms, ...result } = await worker().run({ kind: "ECHO", input: " a\nb " });
  assertEquals(result, { ok: true, output: "echo:  a\nb ", error: "" });
  assert(time_ms >= 0 && time_ms < 1000);
});

Deno.test("SYSINFO says what the device is, one item a line", async () => {
  const before = Math.floor(Date.now() / 1000) * 1000;
  const { ok, output } = await worker().run({ kind: "SYSINFO", input: "ignored" });
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

Deno.test("a kind that the device does not know is refused with those that it knows", async () => {
  assertEquals(worker().kinds, ["SYSINFO", "ECHO"]);
  for (const kind of ["", "echo", "LLM_GENERATE", "constructor"]) {
    const run = () => worker().run({ kind, input: "" });
    const error = await assertRejects(run, MeshError, `kind: ${JSON.stringify(kind)} is unknown`);
    assertEquals(error.code, "INVALID_ARGUMENT");
    assert(error.message.endsWith("this device runs SYSINFO, ECHO"));
  }
});

Deno.test("a task that fails is a result with its reason on one line", async () => {
  const failing: TaskKind[] = [
    {
      name: "AT_ONCE",
      run: () => {
        throw new Error("no\n luck");
      },
    },
    { name: "LATER", run: () => Promise.reject(new Error("no luck")) },
  ];
  for (const kind of ["AT_ONCE", "LATER"]) {
    const { ok, output, error } = await worker(...failing).run({ kind, input: "" });
    assertEquals({ ok, output, error }, { ok: false, output: "", error: "no luck" });
  }
});

Deno.test("a cancelled task is not answered", async () => {
  const waiting: TaskKind = {
    name: "WAIT",
    run: (_input, _host, signal) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true })),
  };
  const caller = new AbortController();
  const run = worker(waiting).run({ kind: "WAIT", input: "" }, caller.signal);
  caller.abort();
  assertEquals((await assertRejects(() => run, MeshError)).code, "CANCELLED");
  assertEquals(
    (await assertRejects(() => worker().run({ kind: "ECHO", input: "" }, caller.signal), MeshError)).code,
    "CANCELLED",
  );
});

Deno.test("a task with nothing to wait for is done without a promise", () => {
  const result = worker().begin({ kind: "ECHO", input: "x" });
  assert(!(result instanceof Promise) && result.output === "echo: x");
});
