import { connect, MeshError, startAgent, UsageError } from "./mod.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "./tests/assert.ts";
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

Deno.test("library: a wrong option is named, and no agent is left", async () => {
  const wrong = await assertRejects(() => startAgent({ grpc: "nowhere" }), UsageError);
  assertMatch(wrong.message, /^"grpc" in options "nowhere": the port is missing/);
  // @ts-expect-error: that is no option
  const unknown = await assertRejects(() => startAgent({ grcp: ":0" }), UsageError);
  assertStringIncludes(unknown.message, 'unknown key "grcp" (did you mean grpc?)');
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
