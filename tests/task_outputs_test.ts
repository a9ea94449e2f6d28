import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "./assert.ts";
import { connect } from "../mod.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { TaskDetail } from "../proto/messages.ts";
import { FarDevice, sha256Of } from "./far_device.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, edgemesh, eventually, TemporaryFolder, TEST_KEY } from "./processes.ts";

const KIB = 1024;
const LIMIT = 256 * KIB;
const PREFIX = "echo: ";

/** An input of which the output has so many bytes, with characters of two bytes each in it. */
function inputOf(bytes: number): string {
  return "é".repeat(100) + "x".repeat(bytes - PREFIX.length - 200);
}

function task(device: AgentProcess, task_id: string, input: string) {
  return { task_id, kind: "ECHO", input, target_device_id: device.deviceId };
}

async function details(session: MeshSession, job_id: string): Promise<TaskDetail[]> {
  return (await session.client.mesh("ListTasks", { job_id })).tasks;
}

function filesIn(device: AgentProcess): string[] {
  return [...Deno.readDirSync(`${device.dataDir}/outputs`)].map(({ name }) => name);
}

/** The one file that a device keeps. */
function onlyFile(device: AgentProcess): string {
  const [name, ...others] = filesIn(device);
  assert(name !== undefined && others.length === 0, `${others.length + 1} files`);
  return `${device.dataDir}/outputs/${name}`;
}

const NOBODY_ASKS = { ignore: Deno.build.os === "windows" };

Deno.test("long outputs of a device that nobody can call", NOBODY_ASKS, async (t) => {
  await using far = await FarDevice.start();
  const { session, coordinator, device } = far;
  const long = inputOf(LIMIT + 1);
  const server = ["--server", coordinator.grpc];
  let jobId = "";

  await t.step("stay there as files, the shorter ones come with their tasks", async () => {
    jobId = await session.submit([{
      index: 0,
      tasks: [task(device, "long", long), task(device, "exact", inputOf(LIMIT)), task(coordinator, "near", long)],
    }]);
    const job = await session.ended(jobId);
    assertEquals(job.state, "DONE");
    const [inFile, inText, near] = await details(session, jobId);
    assertEquals(inText?.output_file, null);
    assertEquals(inText?.status?.result, PREFIX + inputOf(LIMIT));
    assertEquals(inFile?.output_file?.size_bytes, LIMIT + 1);
    assertEquals(inFile?.output_file?.sha256, await sha256Of(new TextEncoder().encode(PREFIX + long)));
    assertEquals(near?.output_file?.sha256, inFile?.output_file?.sha256);
    assertMatch(
      inFile?.status?.result ?? "",
      /^\[output of 257 kB, SHA-256 [0-9a-f]{12}…, on far: edgemesh job [\w-]{36} --output long\]$/,
    );
    assertStringIncludes(job.final_result, inFile?.status?.result ?? "?");
    assertEquals(Deno.statSync(onlyFile(device)).size, LIMIT + 1);
    assertEquals((Deno.statSync(`${device.dataDir}/outputs`).mode ?? 0) & 0o777, 0o700);
    assertEquals((Deno.statSync(onlyFile(device)).mode ?? 0) & 0o777, 0o600);
  });

  await t.step("are shown as they are, whole or not at all, by way of the connected agent", async () => {
    for (const name of ["long", "near"]) {
      const { code, stdout, stderr } = await edgemesh(["job", ...server, jobId, "--output", name]);
      assertEquals([code, stdout === PREFIX + long], [0, true], stderr);
    }
    const short = await edgemesh(["job", ...server, jobId, "--output", "exact"]);
    assertEquals(short.stdout, PREFIX + inputOf(LIMIT));
    const none = await edgemesh(["job", ...server, jobId, "--output", "none"]);
    assertMatch(none.stderr, /has no task "none"/);
  });

  await t.step("come into a file, which is not written over", async () => {
    using folder = new TemporaryFolder();
    for (const name of ["long", "exact"]) {
      const file = folder.file(name);
      const line = ["job", ...server, jobId, "--output", name, "-o", file];
      const first = await edgemesh(line);
      assertEquals([first.code, first.stderr.includes("exists")], [0, false], first.stderr);
      assertEquals(Deno.readTextFileSync(file), PREFIX + (name === "long" ? long : inputOf(LIMIT)));
      Deno.writeTextFileSync(file, "mine");
      const second = await edgemesh(line);
      assertEquals(second.code, 1);
      assertMatch(second.stderr, /exists: --force replaces it/);
      assertEquals((await edgemesh([...line, "--force"])).code, 0);
      assertEquals(Deno.statSync(file).size, name === "long" ? LIMIT + 1 : LIMIT);
    }
  });

  await t.step("come to a program", async () => {
    using mesh = await connect(coordinator.grpc, { key: TEST_KEY });
    assertEquals(new TextDecoder().decode(await mesh.output(jobId, "long")), PREFIX + long);
    assertEquals((await mesh.output(jobId, "exact")).length, LIMIT);
    const error = await assertRejects(() => mesh.output(jobId, "none"), MeshError);
    assertEquals(error.code, "NOT_FOUND");
  });

  await t.step("that are not the same any more are not shown", async () => {
    const path = onlyFile(device);
    const content = Deno.readFileSync(path);
    Deno.writeFileSync(path, content.with(LIMIT - 1, 33));
    const tampered = await edgemesh(["job", ...server, jobId, "--output", "long"]);
    assertEquals([tampered.code, tampered.stdout], [1, ""]);
    assertMatch(tampered.stderr, /long: its SHA-256 is not the one that the device says/);
    Deno.writeFileSync(path, content);
    assertEquals((await edgemesh(["job", ...server, jobId, "--output", "long"])).code, 0);
  });

  await t.step("that are gone are told to be gone", async () => {
    Deno.removeSync(onlyFile(device));
    const gone = await edgemesh(["job", ...server, jobId, "--output", "long"]);
    assertEquals([gone.code, gone.stdout], [1, ""]);
    assertMatch(gone.stderr, /the output is not kept on its device any more/);
    const asked = () => session.client.mesh("OpenTaskOutput", { job_id: jobId, task_id: "exact" });
    const error = await assertRejects(asked, MeshError);
    assertEquals(error.code, "NOT_FOUND");
  });

  await t.step("are removed with their job, and only then", async () => {
    const other = await session.submit([{ index: 0, tasks: [task(device, "other", long)] }]);
    await session.ended(other);
    const [kept] = filesIn(device);
    await session.client.mesh("DeleteJob", { job_id: jobId });
    await eventually(() => filesIn(coordinator).length === 0, "the coordinator's file is gone");
    assertEquals(filesIn(device), [kept]);
    await session.client.mesh("DeleteJob", { job_id: other });
    await eventually(() => filesIn(device).length === 0, "the device's file is gone");
  });
});

Deno.test("outputs of a device that can be called come from itself, after a restart, too", NOBODY_ASKS, async () => {
  using folder = new TemporaryFolder();
  Deno.mkdirSync(folder.file("share"));
  await using near = await AgentProcess.start({ name: "near", flags: ["--screen", "off"] });
  const flags = ["--screen", "off", "--share", folder.file("share"), "--allow", "cat,head"];
  const options = { name: "desktop", join: [near.grpc], dataDir: folder.file("data"), flags };
  Deno.mkdirSync(options.dataDir);
  const content = new Uint8Array(3 * 1024 * KIB + 1).fill(65);
  // Not UTF-8: what goes into a file goes there as it is.
  content[1000] = 0xff;
  Deno.writeFileSync(folder.file("share/large"), content);
  Deno.writeFileSync(folder.file("share/exact"), content.subarray(2000, 2000 + LIMIT));
  const run = (task_id: string, file: string) => ({ task_id, kind: "COMMAND", input: JSON.stringify(["cat", file]) });
  let desktop = await AgentProcess.start(options);
  try {
    using session = await MeshSession.open(near.grpc);
    await session.presence(desktop.deviceId, true);
    const target_device_id = desktop.deviceId;
    const tasks = [run("a", "large"), run("b", "exact"), run("c", "none")].map((one) => ({ ...one, target_device_id }));
    const jobId = await session.submit([{ index: 0, tasks }]);
    assertEquals((await session.ended(jobId)).state, "FAILED");
    const [large, exact] = await details(session, jobId);
    assertEquals(large?.output_file?.size_bytes, content.length);
    assertEquals(large?.output_file?.sha256, await sha256Of(content));
    assertEquals([exact?.output_file, exact?.status?.result.length], [null, LIMIT]);
    assertEquals(filesIn(desktop).length, 1);
    await desktop.kill();
    desktop = await AgentProcess.start(options);
    await session.presence(desktop.deviceId, true);
    const request = { job_id: jobId, task_id: "a", way: "direct" };
    const { ticket, http_addr, sha256 } = await session.client.mesh("OpenTaskOutput", request);
    const response = await fetch(`http://${http_addr}/bulk/download/${ticket?.token}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    assertEquals(await sha256Of(bytes), sha256);
    assertEquals(await sha256Of(bytes), await sha256Of(content));
    const failed = await edgemesh(["job", "--server", near.grpc, jobId, "--output", "c"]);
    assertMatch(failed.stderr, /task c has no output, it is FAILED: exit code 1/);
  } finally {
    await desktop[Symbol.asyncDispose]();
  }
});
