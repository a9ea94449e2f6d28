import { assert, assertEquals, assertRejects } from "../assert.ts";
import { unlikeBytes } from "../../agent/http/bulk/download_rig.ts";
import { RawClient } from "../../agent/http/bulk/raw_client.ts";
import { MeshError } from "../../agent/core/errors.ts";
import { FarDevice, type FilesOfDevice, sha256Of } from "../far_device.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually } from "../processes.ts";
import { CutProxy } from "./cut_proxy.ts";
import { SmallDisk } from "./small_disk.ts";

const MIB = 1024 * 1024;

/** Begins an upload and sends only a part of it; answers once the device has that. */
async function beginUpload(far: FilesOfDevice, path: string, bytes: Uint8Array<ArrayBuffer>, sent: number) {
  const { address, offset } = await far.openUpload(path, bytes);
  assertEquals(offset, 0);
  const { host, hostname, port, pathname } = new URL(address);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `PUT ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  for (let at = 0; at < sent;) at += await connection.write(bytes.subarray(at, sent));
  await eventually(async () => (await offsetOf(far, path, bytes)) >= sent || undefined, "what was sent on the device");
  return connection;
}

async function offsetOf(far: FilesOfDevice, path: string, bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  return (await far.openUpload(path, bytes)).offset;
}

Deno.test("a stream that is cut in the middle of files breaks them off; they are gone on with over the next one", async () => {
  let proxy: CutProxy | undefined;
  await using stack = new AsyncDisposableStack();
  const joinAt = (coordinator: string) => (proxy = stack.use(new CutProxy(coordinator))).address;
  await using far = await FarDevice.start({ joinAt });
  const content = unlikeBytes(24 * MIB);
  Deno.writeFileSync(far.folder.file("share/large"), content);
  const first = await far.openDownload("large");
  const cut = proxy?.cutAfter(8 * MIB);
  const response = await fetch(first.address);
  const received: Uint8Array[] = [];
  await assertRejects(async () => {
    for await (const piece of response.body ?? []) received.push(piece);
  }, Error);
  await cut;
  const here = received.reduce((sum, piece) => sum + piece.length, 0);
  assert(here > 0 && here < content.length, `${here} bytes came before the cut`);
  await far.session.presence(far.device.deviceId, true);
  const next = await eventually(() => far.openDownload("large").catch(() => undefined), "another ticket");
  assertEquals(next.etag, first.etag);
  const rest = await fetch(next.address, { headers: { range: `bytes=${here}-`, "if-range": first.etag } });
  assertEquals(rest.status, 206);
  const whole = new Uint8Array(
    await new Blob([...received as Uint8Array<ArrayBuffer>[], await rest.blob()]).arrayBuffer(),
  );
  assertEquals(await sha256Of(whole), await sha256Of(content));
});

Deno.test("a client that goes away in the middle of an upload leaves what it sent, and the rest follows", async () => {
  await using far = await FarDevice.start();
  const content = unlikeBytes(5 * MIB);
  (await beginUpload(far, "a", content, 3 * MIB)).close();
  // The device hears of it before it says how much it has.
  assertEquals(await offsetOf(far, "a", content), 3 * MIB);
  assertEquals(await far.put("a", content), 201);
  assertEquals(await sha256Of(Deno.readFileSync(far.folder.file("inbox/a"))), await sha256Of(content));
});

Deno.test("a device that is killed in the middle of files: its clients are told, by a broken connection or 503", async () => {
  await using far = await FarDevice.start();
  const content = unlikeBytes(5 * MIB);
  Deno.truncateSync(far.folder.write("share/large", ""), 512 * MIB);
  const { address } = await far.openDownload("large");
  const unused = await far.openDownload("large");
  using client = await RawClient.open(Number(new URL(address).port));
  await client.get(address);
  using upload = await beginUpload(far, "a", content, 2 * MIB);
  await far.device.kill();
  assert(await client.take(512 * MIB) < 511 * MIB, "the download did not come to its end");
  const answer = new Uint8Array(64);
  const count = await upload.read(answer);
  assertEquals(new TextDecoder().decode(answer.subarray(0, count ?? 0)).slice(0, 12), "HTTP/1.1 503");
  const later = await fetch(unused.address);
  await later.body?.cancel();
  assertEquals(later.status, 503);
  const error = await assertRejects(() => far.openDownload("large"), MeshError);
  assertEquals(error.code, "UNAVAILABLE");
});

Deno.test("a coordinator that is killed in the middle of an upload: the device keeps what came, and the next one gets the rest", async () => {
  await using far = await FarDevice.start();
  const content = unlikeBytes(5 * MIB);
  using upload = await beginUpload(far, "a", content, 2 * MIB);
  await far.coordinator.kill();
  assertEquals(await upload.read(new Uint8Array(64)).catch(() => null), null, "the client's connection is broken");
  const { grpc, http, dataDir } = far.coordinator;
  await using next = await AgentProcess.start({ grpc, http, dataDir, name: "near", flags: ["--screen", "off"] });
  using session = await MeshSession.open(next.grpc);
  await session.presence(far.device.deviceId, true);
  const again = far.with(session);
  assertEquals(await offsetOf(again, "a", content), 2 * MIB);
  assertEquals(await again.put("a", content), 201);
  assertEquals(await sha256Of(Deno.readFileSync(far.folder.file("inbox/a"))), await sha256Of(content));
});

Deno.test("a full disk of the inbox: 507, and nothing of the file is left", async (t) => {
  const disk = await SmallDisk.mount(8);
  if (typeof disk === "string") {
    await t.step({ name: `left out: cannot mount a small disk (${disk})`, ignore: true, fn: () => {} });
    return;
  }
  await using mounted = disk;
  await using far = await FarDevice.start({ inbox: mounted.path });
  const large = await assertRejects(() => far.openUpload("large", unlikeBytes(9 * MIB)), MeshError);
  assertEquals(large.code, "RESOURCE_EXHAUSTED");
  const content = unlikeBytes(6 * MIB);
  const { address } = await far.openUpload("a", content);
  using connection = await beginUpload(far, "b", content, MIB);
  // There was room when it began.
  mounted.fill();
  const end = new Uint8Array(64);
  const sending = (async () => {
    for (let at = MIB; at < content.length;) at += await connection.write(content.subarray(at));
  })().catch(() => {/* it is hung up on before it has sent all */});
  const count = await connection.read(end);
  assertEquals(new TextDecoder().decode(end.subarray(0, count ?? 0)).slice(0, 12), "HTTP/1.1 507");
  await sending;
  const refused = await fetch(address, { method: "PUT", body: content });
  await refused.body?.cancel();
  assertEquals(refused.status, 507);
  assertEquals([...Deno.readDirSync(`${mounted.path}/.edgemesh-incoming`)], []);
  mounted.makeRoom();
  assertEquals(await far.put("a", content), 201);
});
