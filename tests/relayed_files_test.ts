import { assert, assertEquals, assertRejects, assertStringIncludes } from "./assert.ts";
import { unlikeBytes } from "../agent/http/bulk/download_rig.ts";
import { RawClient } from "../agent/http/bulk/raw_client.ts";
import { agentClient, callUnary } from "../agent/mesh/grpc_client.ts";
import { MeshError } from "../agent/core/errors.ts";
import { deviceInfo } from "./device_info.ts";
import { FarDevice, sha256Of } from "./far_device.ts";
import { MeshSession } from "./mesh_client.ts";
import { memoryOf } from "./process_memory.ts";
import { AgentProcess, eventually } from "./processes.ts";

const MIB = 1024 * 1024;

/** The memory of a process, in bytes; where it cannot be told, none. */
function heldBy(pid: number): number {
  return Deno.build.os === "linux" ? memoryOf(pid) : 0;
}

async function bytesOf(address: string, headers: Record<string, string> = {}) {
  const response = await fetch(address, { headers });
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
}

Deno.test("files of a device that nobody can call", async (t) => {
  await using far = await FarDevice.start();
  const content = unlikeBytes(9 * MIB + 77);
  Deno.mkdirSync(far.folder.file("share/folder"));
  Deno.writeFileSync(far.folder.file('share/folder/a "file" 😀'), content);
  Deno.writeFileSync(far.folder.file("share/empty"), new Uint8Array());
  const device_id = far.device.deviceId;
  const path = 'folder/a "file" 😀';

  await t.step("are listed", async () => {
    const { entries } = await far.session.client.mesh("ListFiles", { device_id, recursive: true });
    assertEquals(entries.map((entry) => entry.path), ["empty", "folder", path]);
    assertEquals(entries.map((entry) => entry.size_bytes), [0, 0, content.length]);
  });

  await t.step("come over its stream, as they would from itself", async () => {
    const { address, etag, http_addr } = await far.openDownload(path);
    assertStringIncludes(http_addr, "192.0.2.1:");
    const { status, bytes, headers } = await bytesOf(address);
    assertEquals(status, 200);
    assertEquals(await sha256Of(bytes), await sha256Of(content));
    assertEquals(headers.get("etag"), etag);
    assertStringIncludes(headers.get("content-disposition") ?? "", "filename*=UTF-8''");
    assertEquals((await bytesOf(address)).status, 403, "once");
    assertEquals((await bytesOf((await far.openDownload("empty")).address)).bytes.length, 0);
  });

  await t.step("come in part, after a look that costs nothing", async () => {
    const { address, etag } = await far.openDownload(path);
    const head = await fetch(address, { method: "HEAD" });
    await head.body?.cancel();
    assertEquals([head.status, head.headers.get("content-length")], [200, String(content.length)]);
    const range = { range: `bytes=${5 * MIB}-${5 * MIB + 9}`, "if-range": etag };
    const { status, bytes } = await bytesOf(address, range);
    assertEquals(status, 206);
    assertEquals(bytes, content.subarray(5 * MIB, 5 * MIB + 10));
  });

  await t.step("have a digest, which is told with them from then on", async () => {
    const { etag } = await far.openDownload(path);
    const digest = await far.session.client.mesh("FileDigest", { device_id, path, etag });
    assertEquals(digest, { sha256: await sha256Of(content), size_bytes: content.length, etag });
    const { sha256, address } = await far.openDownload(path);
    assertEquals(sha256, digest.sha256);
    const { headers } = await bytesOf(address);
    assertEquals(headers.get("repr-digest"), `sha-256=:${Uint8Array.fromHex(sha256).toBase64()}:`);
  });

  await t.step("are given only in the state in which the ticket was made", async () => {
    Deno.writeFileSync(far.folder.file("share/changing"), unlikeBytes(100));
    const { address, etag } = await far.openDownload("changing");
    Deno.writeFileSync(far.folder.file("share/changing"), unlikeBytes(101));
    assertEquals((await bytesOf(address)).status, 403);
    const asked = () => far.session.client.mesh("FileDigest", { device_id, path: "changing", etag });
    const error = await assertRejects(asked, MeshError);
    assertEquals(error.code, "FAILED_PRECONDITION");
  });

  await t.step("are refused outside its folder, which its audit log says", async () => {
    for (const wrong of ["../inbox", "/etc/passwd", "a\0b"]) {
      await assertRejects(() => far.openDownload(wrong), MeshError);
      await assertRejects(() => far.session.client.mesh("ListFiles", { device_id, path: wrong }), MeshError);
    }
    await eventually(() => far.audited("file.refused").length === 6 || undefined, "the refusals in the audit log");
    const [ticket] = far.audited("file.ticket");
    assertEquals([ticket?.who, ticket?.what], ["a test", path]);
  });

  await t.step("are put into its inbox, whole and verified", async () => {
    assertEquals(await far.put("new/from afar", content), 201);
    assertEquals(await sha256Of(Deno.readFileSync(far.folder.file("inbox/new/from afar"))), await sha256Of(content));
    const again = await far.openUpload("new/from afar", content);
    assertEquals([again.complete, again.offset, again.token, again.relay_token], [true, content.length, "", ""]);
    const other = unlikeBytes(content.length).fill(0, 1000, 2000);
    const error = await assertRejects(() => far.openUpload("new/from afar", other), MeshError);
    assertEquals(error.code, "ALREADY_EXISTS");
    const { address } = await far.openUpload("lie", content);
    const lie = await fetch(address, { method: "PUT", body: other });
    assertEquals(lie.status, 422);
    assertStringIncludes(await lie.text(), "sha256");
    assertEquals([...Deno.readDirSync(far.folder.file("inbox/.edgemesh-incoming"))], []);
    await eventually(() => far.audited("file.received").length === 1 || undefined, "the file in the audit log");
  });

  await t.step("that a slow client takes hold up neither tasks nor memory", async () => {
    Deno.truncateSync(far.folder.write("share/large", ""), 128 * MIB);
    const agents = [far.coordinator.pid, far.device.pid];
    const before = agents.map(heldBy);
    const clients: RawClient[] = [];
    try {
      for (let n = 0; n < 8; n++) {
        const { address } = await far.openDownload("large");
        const client = await RawClient.open(Number(new URL(address).port));
        clients.push(client);
        await client.get(address);
      }
      const task = (task_id: string) => ({ task_id, kind: "ECHO", input: task_id, target_device_id: device_id });
      const tasks = Array.from({ length: 50 }, (_, n) => task(`${n}`));
      const job = await far.session.submit([{ index: 0, tasks }]);
      assertEquals((await far.session.end(job)).state, "DONE");
      const grown = agents.map((pid, at) => heldBy(pid) - (before[at] ?? 0));
      // Eight windows of 4 MiB at most, twice, and what the runtime keeps.
      assert(grown.every((bytes) => bytes < 128 * MIB), `${grown} bytes more for 8 clients that wait for 1 GiB`);
      for (const client of clients.slice(0, 2)) {
        assert(await client.take(6 * MIB) === 6 * MIB, "and goes on when it takes more");
      }
    } finally {
      for (const client of clients) client[Symbol.dispose]();
    }
    const { bytes } = await bytesOf((await far.openDownload("large")).address);
    assertEquals(bytes.length, 128 * MIB, "and others are served later");
  });
});

Deno.test("an agent alone: its own files have one ticket for both ways, and without an inbox it takes none", async () => {
  await using agent = await AgentProcess.start({ flags: ["--screen", "off"] });
  using session = await MeshSession.open(agent.grpc);
  Deno.writeTextFileSync(`${agent.dataDir}/shared/own`, "its own");
  for (const way of ["", "direct", "relay"]) {
    const { ticket, relay_token, relay_addr } = await session.client.mesh("OpenDownload", { path: "own", way });
    assertEquals(relay_token, ticket?.token, way);
    const { bytes } = await bytesOf(`http://${relay_addr}/bulk/download/${relay_token}`);
    assertEquals(new TextDecoder().decode(bytes), "its own");
  }
  const upload = { path: "a", size_bytes: 1, sha256: "0".repeat(64) };
  const error = await assertRejects(() => session.client.mesh("OpenUpload", upload), MeshError, "--inbox");
  assertEquals(error.code, "FAILED_PRECONDITION");
});

Deno.test("an older device, which has to be dialled, gives files itself, and takes and lists none", async () => {
  await using agent = await AgentProcess.start({ name: "near", flags: ["--screen", "off"] });
  await using older = await AgentProcess.start({ name: "older", flags: ["--screen", "off"] });
  Deno.writeTextFileSync(`${older.dataDir}/shared/own`, "its own");
  using session = await MeshSession.open(agent.grpc);
  const device_id = older.deviceId;
  const info = deviceInfo({ device_id, grpc_addr: older.grpc, http_addr: older.http });
  // As one does that knows of no streams.
  const client = agentClient(agent.grpc);
  try {
    const options = { sessionId: session.client.sessionId, timeoutMs: 30_000 };
    await callUnary(client.orchestrator, client.orchestrator.RegisterDevice, info, options);
  } finally {
    client.close();
  }
  await session.presence(device_id, true);
  const mesh: typeof session.client.mesh = (method, request) => session.client.mesh(method, request);
  const { ticket, http_addr, relay_token } = await mesh("OpenDownload", { device_id, path: "own" });
  assertEquals([relay_token, http_addr], ["", older.http]);
  const { bytes } = await bytesOf(`http://${http_addr}/bulk/download/${ticket?.token}`);
  assertEquals(new TextDecoder().decode(bytes), "its own");
  const upload = { device_id, path: "a", size_bytes: 1, sha256: "0".repeat(64) };
  const requests: (() => Promise<unknown>)[] = [
    () => mesh("ListFiles", { device_id }),
    () => mesh("OpenUpload", upload),
    () => mesh("FileDigest", { device_id, path: "own" }),
    () => mesh("OpenDownload", { device_id, path: "own", way: "relay" }),
  ];
  for (const request of requests) {
    const error = await assertRejects(request, MeshError, "the device is an older one");
    assertEquals(error.code, "UNIMPLEMENTED");
  }
});
