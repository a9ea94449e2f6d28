import { assertEquals } from "../assert.ts";
import { AgentProcess, eventually } from "../processes.ts";

/** Clients of one round, and rounds. */
const AT_ONCE = 100;
const ROUNDS = 10;

const BEGINNINGS = [
  "",
  "GET /healthz HTTP/1.1\r\nho",
  `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(60_000)}`,
  `POST /edgemesh.OrchestratorService/HealthCheck HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n${
    "z".repeat(30_000)
  }`,
  "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nnothing of the kind\r\n\r\n",
  "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\nabc",
];

/** Says something, reads what may come, and goes without a word. */
async function misbehave(hostname: string, port: number, beginning: string): Promise<void> {
  using connection = await Deno.connect({ hostname, port });
  try {
    await connection.write(new TextEncoder().encode(beginning));
  } catch (error) {
    // Hung up on already.
    if (!(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Sockets that a process has open. */
function openSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return [...Deno.readDirSync(folder)].filter(({ name }) => linkOf(`${folder}/${name}`).startsWith("socket:")).length;
}

/** Empty for one that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

Deno.test({
  name: "a thousand clients that lie, hang up or say nothing leave an agent no connection, and it serves as before",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using agent = await AgentProcess.start({ flags: ["--no-screen"] });
    const { hostname, port } = new URL(`http://${agent.http}`);
    const round = async () => {
      const clients = Array.from({ length: AT_ONCE }, (_, n) => BEGINNINGS[n % BEGINNINGS.length] ?? "");
      await Promise.all(clients.map((beginning) => misbehave(hostname, Number(port), beginning)));
    };
    const healthy = async () => {
      const response = await fetch(`http://${agent.http}/healthz`, { headers: { connection: "close" } });
      await response.body?.cancel();
      return response.status;
    };
    const sockets = openSockets(agent.pid);
    for (let n = 0; n < ROUNDS; n++) await round();
    assertEquals(await healthy(), 200);
    await eventually(() => openSockets(agent.pid) <= sockets || undefined, "the end of all connections");
  },
});
