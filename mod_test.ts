import { CannedAgent } from "./cli/canned_agent.ts";
import { connect, MeshError, startAgent, type SubmitOptions, UsageError } from "./mod.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "./tests/assert.ts";
import { TemporaryFolder, TEST_KEY } from "./tests/processes.ts";

const PORTS = { grpc: "127.0.0.1:0", http: "127.0.0.1:0" };

Deno.test("library: a program runs an agent, and uses its mesh", async () => {
  using folder = new TemporaryFolder();
  Deno.mkdirSync(folder.file("files"));
  folder.write("files/notes.txt", "milk, bread\n");
  await using agent = await startAgent({
    ...PORTS,
    name: "laptop",
    key: TEST_KEY,
    dataDir: folder.file("data"),
    share: folder.file("files"),
    capabilities: ["npu"],
  });
  using mesh = await connect(agent.grpc, { key: TEST_KEY });

  const [device] = await mesh.devices();
  assertEquals([device?.device_name, device?.online, device?.has_npu], ["laptop", true, true]);
  const byName = await mesh.run("cat", ["notes.txt"], { device: "laptop" });
  assertEquals(byName.output?.stdout, "milk, bread\n");
  const byPolicy = await mesh.run("cat", ["absent.txt"], { policy: "REQUIRE_NPU" });
  assertEquals([byPolicy.selected_device_name, byPolicy.output?.exit_code], ["laptop", 1]);

  const plan = { groups: [{ index: 0, tasks: [{ task_id: "a", kind: "ECHO", input: "hello" }] }] };
  const cost = await mesh.previewCost(plan, ["laptop"]);
  assertEquals(cost.recommended_device_name, "laptop");
  const { job_id } = await mesh.submit(plan);
  const ended = await mesh.finished(job_id);
  assertEquals(ended.state, "DONE");
  assertStringIncludes(ended.final_result, "echo: hello");
  assertEquals((await mesh.job(job_id)).state, "DONE");
  assertEquals((await mesh.jobs()).map((job) => job.job_id), [job_id]);
});

Deno.test("library: files of a device are listed, fetched and put", async () => {
  using folder = new TemporaryFolder();
  for (const name of ["files", "files/below", "inbox"]) Deno.mkdirSync(folder.file(name));
  folder.write("files/notes.txt", "milk");
  folder.write("files/below/more.txt", "bread");
  await using agent = await startAgent({
    ...PORTS,
    name: "laptop",
    key: TEST_KEY,
    dataDir: folder.file("data"),
    share: folder.file("files"),
    inbox: folder.file("inbox"),
    screen: "off",
  });
  using mesh = await connect(agent.grpc, { key: TEST_KEY });
  const files = mesh.files("laptop");

  const listed = await Array.fromAsync(files.list("", { recursive: true }));
  assertEquals(listed.map(({ path }) => path), ["below", "below/more.txt", "notes.txt"]);
  const { http_addr, token } = await files.openDownload("notes.txt");
  assertEquals(await (await fetch(`http://${http_addr}/bulk/download/${token}`)).text(), "milk");
  const sha256 = await files.sha256("notes.txt");
  const upload = await files.openUpload({ path: "copy.txt", sizeBytes: 4, sha256 });
  const put = await fetch(`http://${upload.http_addr}/bulk/upload/${upload.token}`, { method: "PUT", body: "milk" });
  await put.body?.cancel();
  assertEquals([put.status, Deno.readTextFileSync(folder.file("inbox/copy.txt"))], [201, "milk"]);
  await assertRejects(() => files.openDownload("../inbox/copy.txt"), MeshError, "is not in the shared folder");
});

Deno.test("library: a job is watched, looked at task by task, cancelled and forgotten", async () => {
  using folder = new TemporaryFolder();
  const kept = { keepJobs: "36h", maxQueuedTasks: 10, reattachGrace: 60 };
  await using agent = await startAgent({ ...PORTS, ...kept, key: TEST_KEY, dataDir: folder.path, store: "memory" });
  using mesh = await connect(agent.grpc, { key: TEST_KEY });
  const task = (task_id: string, target_device_id = "") => ({
    task_id,
    kind: "ECHO",
    input: task_id,
    target_device_id,
  });
  const plan = { groups: [{ index: 0, tasks: [task("a"), task("b")] }, { index: 1, tasks: [task("c")] }] };

  const options = { reduce: "lines", taskTimeoutMs: 5000, taskTimeouts: { b: 7000 }, idempotencyKey: "once" } as const;
  const { job_id } = await mesh.submit(plan, options);
  assertEquals((await mesh.submit(plan, options)).job_id, job_id);
  const updates = await Array.fromAsync(mesh.watch(job_id));
  assertEquals([updates[0]?.snapshot, updates.at(-1)?.state], [true, "DONE"]);
  assertEquals((await mesh.finished(job_id)).final_result, "echo: a\necho: b\necho: c");
  const tasks = await Array.fromAsync(mesh.tasks(job_id));
  assertEquals(tasks.map((task) => [task.status?.result, task.timeout_ms]), [
    ["echo: a", 5000],
    ["echo: b", 7000],
    ["echo: c", 5000],
  ]);

  const much = { groups: [{ tasks: Array.from({ length: 11 }, (_, at) => task(`t${at}`)) }] };
  const refused = await assertRejects(() => mesh.submit(much), MeshError);
  assertEquals(refused.code, "RESOURCE_EXHAUSTED");
  const done = await assertRejects(() => mesh.cancel(job_id), MeshError);
  assertEquals(done.code, "FAILED_PRECONDITION");
  assertEquals((await mesh.jobs({ state: "DONE" })).map((job) => job.job_id), [job_id]);
  assertEquals(await mesh.jobs({ state: "CANCELLED" }), []);
  await mesh.delete(job_id);
  assertEquals(await mesh.jobs(), []);
});

Deno.test("library: a job that is waited for outlives a restart of its agent", async () => {
  using folder = new TemporaryFolder();
  const options = { ...PORTS, key: TEST_KEY, dataDir: folder.path, allow: ["sleep"] };
  const first = await startAgent(options);
  using mesh = await connect(first.grpc, { key: TEST_KEY });
  const task = { task_id: "a", kind: "COMMAND", input: '["sleep", "1"]' };
  const { job_id } = await mesh.submit({ groups: [{ tasks: [task] }] });
  const ended = mesh.finished(job_id);
  for await (const { groups } of mesh.watch(job_id, { countsOnly: true })) if (groups[0]?.running === 1) break;
  await first.stop();
  await using _second = await startAgent({ ...options, grpc: first.grpc });
  assertEquals((await ended).state, "DONE");
  // The new session serves every other call too.
  assertEquals((await mesh.jobs()).length, 1);
});

Deno.test("library: a wrong option is named, and no agent is left", async () => {
  const wrong = await assertRejects(() => startAgent({ grpc: "nowhere" }), UsageError);
  assertMatch(wrong.message, /^"grpc" in options "nowhere": the port is missing/);
  // @ts-expect-error: that is no option
  const unknown = await assertRejects(() => startAgent({ grcp: ":0" }), UsageError);
  assertStringIncludes(unknown.message, 'unknown key "grcp" (did you mean grpc?)');
});

Deno.test("library: a job's wrong option is named, and never passes for another", async () => {
  using folder = new TemporaryFolder();
  await using agent = await startAgent({ ...PORTS, key: TEST_KEY, dataDir: folder.path, store: "memory" });
  using mesh = await connect(agent.grpc, { key: TEST_KEY });
  const wrong: [SubmitOptions, string][] = [
    [{ taskTimeoutMs: 0 }, 'taskTimeoutMs "0": is not above 0'],
    [{ taskTimeoutMs: NaN }, 'taskTimeoutMs "NaN": is not above 0'],
    [{ taskTimeoutMs: 2 ** 40 }, 'taskTimeoutMs "1099511627776": is too long: at most 7d'],
    [{ taskTimeouts: { a: -5 } }, 'taskTimeouts["a"] "-5": is not above 0'],
    [{ maxWorkers: 1.5 }, 'maxWorkers "1.5": not a whole number'],
    [{ maxWorkers: 2 ** 32 }, 'maxWorkers "4294967296": not a whole number'],
    [{ idempotencyKey: "" }, 'idempotencyKey "": not 1 to 256 printable ASCII characters'],
    [{ idempotencyKey: "schlüssel" }, 'idempotencyKey "schlüssel": not 1'],
  ];
  const plan = { groups: [{ tasks: [{ task_id: "a", kind: "ECHO" }] }] };
  for (const [options, message] of wrong) await assertRejects(() => mesh.submit(plan, options), UsageError, message);
  for (const limit of [0, -1, 1.5, NaN]) {
    await assertRejects(() => mesh.jobs({ limit }), UsageError, `limit "${limit}"`);
  }
  assertEquals(await mesh.jobs({ limit: Infinity }), []);
});

const LAPTOP = "3f2a9c10-0000-4000-8000-000000000001";

/** What an agent says of a generation on the laptop. */
const SPEECH = [
  { start: { device_id: LAPTOP, device_name: "laptop", model: "llama3.2:3b" } },
  { text: "Hel" },
  { text: "lo" },
  { end: { finish_reason: "stop", stats: { model: "llama3.2:3b", output_tokens: 2 } } },
];

Deno.test("library: a prompt is answered by a model of the mesh, at once or piece by piece", async () => {
  await using agent = await CannedAgent.start({
    ListDevices: () => ({ devices: [{ device_id: LAPTOP, device_name: "laptop" }] }),
    Generate: () => SPEECH,
  });
  using mesh = await connect(agent.address, { key: "right" });
  const answer = await mesh.prompt("Say hello", {
    device: "laptop",
    maxTokens: 5,
    temperature: 0,
    system: "Be brief.",
  });
  assertEquals([answer.output, answer.device_name, answer.tokens_generated, answer.finish_reason], [
    "Hello",
    "laptop",
    2,
    "stop",
  ]);
  const pieces: string[] = [];
  for await (const { text } of mesh.generate({ prompt: "Say hello", format: "json" })) pieces.push(text);
  assertEquals(pieces, ["", "Hel", "lo", ""]);
  const [prompted, generated] = agent.requests("Generate");
  assertEquals([prompted.device_id, prompted.max_tokens, prompted.sampling.temperature], [LAPTOP, 5, 0]);
  assertEquals(prompted.messages.map((message: { role: string }) => message.role), ["system", "user"]);
  assertEquals([generated.prompt, generated.format], ["Say hello", "json"]);
});

Deno.test("library: leaving a generation, or a signal, stops the model", async () => {
  await using agent = await CannedAgent.start({
    async *Generate() {
      yield* SPEECH.slice(0, 2);
      await new Promise(() => {});
    },
  });
  using mesh = await connect(agent.address, { key: "right" });
  const stop = new AbortController();
  const prompted = mesh.prompt("Say hello", { signal: stop.signal });
  const { cancelled } = await agent.called("Generate");
  stop.abort(new Error("enough"));
  await assertRejects(() => prompted, Error, "enough");
  await aborted(cancelled);
  for await (const { text } of mesh.generate({ prompt: "Say hello" })) if (text) break;
  const last = agent.calls.at(-1)?.cancelled;
  assert(last && last !== cancelled);
  await aborted(last);
});

Deno.test("library: models, their measurement, placements and cost reports are asked for", async () => {
  await using agent = await CannedAgent.start({
    ListDevices: () => ({ devices: [{ device_id: LAPTOP, device_name: "laptop" }] }),
    ListModels: () => ({ models: [{ device_id: LAPTOP, model: { name: "llama3.2:3b" }, is_default: true }] }),
    Calibrate: ({ device_id, model }) => ({ device_id, model, rates: { decode_toks_per_s: 45 } }),
    CostReport: ({ device_id, model }) => ({ errors: [{ device_id, model, median_error: 0.1 }] }),
    PreviewPlacement: ({ max_workers }) => ({ total_predicted_ms: 10, notes: [`${max_workers} devices`] }),
  });
  using mesh = await connect(agent.address, { key: "right" });
  assertEquals((await mesh.models()).map(({ model }) => model?.name), ["llama3.2:3b"]);
  const measured = await mesh.calibrate({ device: "laptop", model: "llama3.2:3b" });
  assertEquals([measured.device_id, measured.model, measured.rates?.decode_toks_per_s], [LAPTOP, "llama3.2:3b", 45]);
  assertEquals((await mesh.calibrate()).device_id, "");
  const [error] = await mesh.costReport({ device: "laptop" });
  assertEquals([error?.device_id, error?.model, error?.median_error], [LAPTOP, "", 0.1]);
  const plan = { groups: [{ tasks: [{ task_id: "a", kind: "ECHO" }] }] };
  assertEquals((await mesh.previewPlacement(plan, { maxWorkers: 2 })).notes, ["2 devices"]);
});

Deno.test("library: a number that no model can be given is named, and nothing is asked", async () => {
  await using agent = await CannedAgent.start({ Generate: () => SPEECH });
  using mesh = await connect(agent.address, { key: "right" });
  await assertRejects(() => mesh.prompt("x", { maxTokens: 1.5 }), UsageError, 'max_tokens "1.5": not a whole number');
  await assertRejects(() => mesh.prompt("x", { temperature: NaN }), UsageError, 'temperature "NaN": not a number');
  const wrong = { prompt: "x", sampling: { seed: 0.5 } };
  await assertRejects(() => mesh.generate(wrong).next(), UsageError, 'seed "0.5": not a whole number');
  const plan = { groups: [{ tasks: [{ task_id: "a", kind: "ECHO" }] }] };
  await assertRejects(() => mesh.previewPlacement(plan, { maxWorkers: -1 }), UsageError, 'maxWorkers "-1"');
  assertEquals(agent.requests("Generate").length, 0);
});

Deno.test("library: a connection that was closed says so", async () => {
  using folder = new TemporaryFolder();
  await using agent = await startAgent({ ...PORTS, key: TEST_KEY, dataDir: folder.path, store: "memory" });
  const mesh = await connect(agent.grpc, { key: TEST_KEY });
  mesh[Symbol.dispose]();
  await assertRejects(() => mesh.jobs(), MeshError, "this connection is closed");
  await assertRejects(() => mesh.submit("x"), MeshError, "this connection is closed");
  await assertRejects(() => mesh.watch("a job").next(), MeshError, "this connection is closed");
  await assertRejects(() => mesh.prompt("x"), MeshError, "this connection is closed");
});

Deno.test("library: nobody there, a wrong key and a wrong address are told apart", async () => {
  using folder = new TemporaryFolder();
  const away = await assertRejects(() => connect("127.0.0.1:1", { key: TEST_KEY }), MeshError);
  assertEquals(away.code, "UNAVAILABLE");
  await assertRejects(() => connect("127.0.0.1", { key: TEST_KEY }), UsageError, "the port is missing");
  await using agent = await startAgent({ ...PORTS, key: TEST_KEY, dataDir: folder.path, store: "memory" });
  const refused = await assertRejects(() => connect(agent.grpc, { key: "a guess" }), MeshError);
  assertEquals(refused.code, "UNAUTHENTICATED");
});

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

Deno.test("library: a device's screen is asked for by its name, answered and stopped by the stream", async () => {
  const id = "3f2a9c10-0000-4000-8000-000000000001";
  const monitor = { index: 0, name: "HDMI-1", primary: true, x: 0, y: 0, width: 1920, height: 1080 };
  await using agent = await CannedAgent.start({
    ListDevices: () => ({ devices: [{ device_id: id, device_name: "laptop" }] }),
    ListMonitors: () => ({ monitors: [monitor] }),
    StartScreen: () => ({ stream_id: "stream", sdp: "offer", device_id: id, device_name: "laptop" }),
    AnswerScreen: () => ({}),
    StopScreen: () => ({}),
  });
  using mesh = await connect(agent.address, { key: "right" });
  assertEquals(await mesh.monitors("laptop"), [monitor]);
  const offer = await mesh.startScreen("laptop", { fps: 15, monitor: 1, video: "vp8" });
  assertEquals([offer.sdp, offer.device_name], ["offer", "laptop"]);
  await mesh.answerScreen(offer.stream_id, "answer");
  await mesh.stopScreen(offer.stream_id);
  assertEquals(agent.requests("StartScreen"), [
    { device_id: id, config: { target_fps: 15, jpeg_quality: 0, monitor_index: 1 }, video: "vp8" },
  ]);
  assertEquals(agent.requests("AnswerScreen"), [{ stream_id: "stream", sdp: "answer" }]);
  assertEquals(agent.requests("StopScreen"), [{ stream_id: "stream" }]);
});
