import { assert, assertEquals, assertRejects } from "./assert.ts";
import { type ErrorCode, MeshError } from "../agent/core/errors.ts";
import { RawClient } from "../agent/http/bulk/raw_client.ts";
import { RestartedAgent } from "./faults/restarted_agent.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, TemporaryFolder } from "./processes.ts";
import { memoryOf } from "./process_memory.ts";

const LINUX = Deno.build.os === "linux";

const MIB = 1024 * 1024;

/** Makes a ticket, and answers the address at which it is used. */
async function addressOf(agent: AgentProcess, path: string): Promise<string> {
  using session = await MeshSession.open(agent.grpc);
  const { token } = await session.client.orchestrator("CreateDownloadTicket", { path });
  return `http://${agent.http}/bulk/download/${token}`;
}

async function textOf(address: string): Promise<string> {
  const response = await fetch(address);
  return `${response.status} ${await response.text()}`;
}

Deno.test("a file of a device is downloaded with a ticket, by the permissions that the program has", async () => {
  using folder = new TemporaryFolder();
  folder.write("greeting 🌍.txt", "hello, world");
  const flags = ["--share", folder.path, "--ticket-ttl", "120", "--screen", "off"];
  await using agent = await AgentProcess.start({ flags });
  using session = await MeshSession.open(agent.grpc);
  const before = Date.now();
  const ticket = await session.client.orchestrator("CreateDownloadTicket", { path: "greeting 🌍.txt" });
  assertEquals([ticket.filename, ticket.size_bytes, ticket.token.length], ["greeting 🌍.txt", 12, 43]);
  assert(ticket.expires_unix_ms >= before + 120_000 && ticket.expires_unix_ms <= Date.now() + 120_000);
  const address = `http://${agent.http}/bulk/download/${ticket.token}`;
  assertEquals(await textOf(address), "200 hello, world");
  assertEquals(await textOf(address), "403 invalid or expired token\n");

  Deno.truncateSync(folder.write("large", ""), 300 * MIB);
  using client = await RawClient.open(Number(agent.http.split(":").at(-1)));
  const { bytes } = await client.get(await addressOf(agent, "large"));
  assertEquals(bytes + await client.take(300 * MIB - bytes), 300 * MIB);
});

Deno.test("there are tickets for files of the shared folder only, and who asks is told why", async () => {
  using folder = new TemporaryFolder();
  Deno.mkdirSync(folder.file("shared/sub"), { recursive: true });
  folder.write("secret", "secret");
  await using agent = await AgentProcess.start({ flags: ["--share", folder.file("shared")] });
  using session = await MeshSession.open(agent.grpc);
  const refusals: [path: string, code: ErrorCode][] = [
    ["", "INVALID_ARGUMENT"],
    ["a\0b", "INVALID_ARGUMENT"],
    ["../secret", "PERMISSION_DENIED"],
    [folder.file("secret"), "PERMISSION_DENIED"],
    ["none", "NOT_FOUND"],
    ["sub", "FAILED_PRECONDITION"],
  ];
  for (const [path, code] of refusals) {
    const ask = () => session.client.orchestrator("CreateDownloadTicket", { path });
    assertEquals((await assertRejects(ask, MeshError)).code, code, path);
  }
});

Deno.test("an agent that is killed loses no ticket, and takes none that was used", async () => {
  using folder = new TemporaryFolder();
  folder.write("a.txt", "hello");
  await using agent = await RestartedAgent.start({ flags: ["--share", folder.path, "--ticket-ttl", "3600"] });
  const [used, open] = [await addressOf(agent.process, "a.txt"), await addressOf(agent.process, "a.txt")];
  assertEquals(await textOf(used), "200 hello");
  await agent.killAndRestart();
  const now = (address: string) => `http://${agent.process.http}${new URL(address).pathname}`;
  assertEquals(await textOf(now(used)), "403 invalid or expired token\n");
  assertEquals(await textOf(now(open)), "200 hello");
});

Deno.test("clients that stop reading cost no memory", { ignore: !LINUX }, async () => {
  using folder = new TemporaryFolder();
  Deno.truncateSync(folder.write("large", ""), 1024 * MIB);
  folder.write("a.txt", "hello");
  await using agent = await AgentProcess.start({ flags: ["--share", folder.path] });
  using session = await MeshSession.open(agent.grpc);
  using clients = new DisposableStack();
  const before = memoryOf(agent.pid);
  for (let n = 0; n < 40; n++) {
    const { token } = await session.client.orchestrator("CreateDownloadTicket", { path: "large" });
    const client = clients.use(await RawClient.open(Number(agent.http.split(":").at(-1))));
    await client.get(`http://${agent.http}/bulk/download/${token}`);
  }
  // Others are served meanwhile.
  assertEquals(await textOf(await addressOf(agent, "a.txt")), "200 hello");
  const grown = memoryOf(agent.pid) - before;
  assert(grown < 64 * MIB, `${grown} bytes more for 40 clients that wait`);
});
