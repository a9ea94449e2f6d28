import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import { CONNECTION_LIMITS, ConnectionCount, type ConnectionLimits } from "./connection_limit.ts";
import { type HttpRoute, plainText } from "./http_call.ts";
import { HttpServer, type HttpTimes } from "./http_server.ts";

const PATIENT: HttpTimes = { headMs: 60_000, bodyMs: 60_000 };
const HASTY: HttpTimes = { headMs: 200, bodyMs: 200 };
const encoder = new TextEncoder();

/** A server on a free port, and what it told its observer. */
class Rig implements AsyncDisposable {
  readonly refused: (string | number)[] = [];
  readonly answered: [string, number][] = [];
  readonly bodies: (number | string)[] = [];

  private constructor(readonly server: HttpServer) {}

  static async open(times: HttpTimes, limits: ConnectionLimits = CONNECTION_LIMITS): Promise<Rig> {
    const read: HttpRoute["respond"] = async (call) => {
      try {
        rig.bodies.push((await call.body(1_000_000))?.length ?? "too large");
      } catch (error) {
        rig.bodies.push((error as Error).message);
        throw error;
      }
      return plainText("read", 200);
    };
    const routes: HttpRoute[] = [
      { prefix: "/read", respond: read },
      { prefix: "/long", longBodies: true, respond: read },
      { prefix: "/always", whileStopping: true, respond: () => plainText("always", 200) },
    ];
    const observer = {
      refused: (what: string | number) => void rig.refused.push(what),
      answered: (prefix: string, status: number) => void rig.answered.push([prefix, status]),
    };
    const rig: Rig = new Rig(new HttpServer({ host: "127.0.0.1", port: 0 }, routes, { observer, limits, times }));
    await rig.server.start();
    return rig;
  }

  connect(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.server.port });
  }

  /** Sends all at once, and reads until the server ends the connection. */
  async exchange(request: string): Promise<string> {
    using connection = await this.connect();
    const [, answer] = await Promise.all([send(connection, request), rest(connection)]);
    return answer;
  }

  /** The status of a proper request, and so that it is served still. */
  async status(path = "/always"): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.server.port}${path}`, { headers: { connection: "close" } });
    await response.body?.cancel();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

/** As much as the other side takes. */
async function send(connection: Deno.TcpConn, text: string): Promise<void> {
  const bytes = encoder.encode(text);
  try {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  } catch (error) {
    if (!isOver(error)) throw error;
  }
}

/** All that comes until the other side ends the connection, in whatever way. */
async function rest(connection: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  try {
    for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
  } catch (error) {
    if (!isOver(error)) throw error;
  }
  return text;
}

function isOver(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}

const firstLine = (answer: string) => answer.split("\r\n")[0];

Deno.test("a head of more than 16 KiB is refused, whatever makes it so large", async () => {
  await using rig = await Rig.open(PATIENT);
  const head = (fields: string) => `GET /always HTTP/1.1\r\nhost: a\r\n${fields}\r\n\r\n`;
  const fields = Array.from({ length: 2000 }, (_, at) => `field-${at}: x`).join("\r\n");
  for (const request of [head(`x: ${"y".repeat(17_000)}`), head(fields)]) {
    assertEquals(firstLine(await rig.exchange(request)), "HTTP/1.1 431 Request Header Fields Too Large");
  }
  // Whose sending goes on may not hear the answer, but is hung up on.
  await rig.exchange(`GET /${"y".repeat(3_000_000)}`);
  assertEquals(rig.refused, [431, 431, 431]);
  assertEquals(firstLine(await rig.exchange(head(`connection: close\r\nx: ${"y".repeat(12_000)}`))), "HTTP/1.1 200 OK");
});

Deno.test("whoever says nothing, or never ends its head, is hung up on", async () => {
  await using rig = await Rig.open(HASTY);
  for (const beginning of ["", "GET /always HTTP/1.1\r\nho"]) {
    assertEquals(firstLine(await rig.exchange(beginning)), "HTTP/1.1 408 Request Timeout");
  }
  using slow = await rig.connect();
  await send(slow, "GET /always HTTP/1.1\r\nhost: a\r\n");
  let ended = false;
  const answer = rest(slow).finally(() => ended = true);
  // It says something all the time.
  await eventually(async () => {
    await send(slow, "a: b\r\n");
    return ended || undefined;
  }, "the end of the connection");
  await answer;
  assertEquals(rig.refused, [408, 408, 408]);
  assertEquals(rig.answered, []);
});

Deno.test("a body that does not come is not waited for", async () => {
  await using rig = await Rig.open(HASTY);
  await rig.exchange("POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nonly this");
  await rig.exchange("POST /read HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nonly");
  await rig.exchange("POST /long HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nonly this");
  assertEquals(rig.bodies, Array.from({ length: 3 }, () => "the client went away"));
  await eventually(() => rig.server.connections === 0 || undefined, "the end of the connections");
});

Deno.test("a long body may take longer than others, as long as something of it comes", async () => {
  await using rig = await Rig.open({ headMs: 60_000, bodyMs: 1000 });
  using connection = await rig.connect();
  await send(connection, "POST /long HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 60\r\n\r\n");
  for (let piece = 0; piece < 60; piece++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    await send(connection, "x");
  }
  assertEquals(firstLine(await rest(connection)), "HTTP/1.1 200 OK");
  assertEquals(rig.bodies, [60]);
});

const CHUNKED = "transfer-encoding: chunked";
const UNREADABLE: Readonly<Record<string, string>> = {
  "what is no HTTP": "\x00\x01\x02 nothing\r\n\r\n",
  "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "two lengths": "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
  "a negative length": "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: -3\r\n\r\nabc",
  "a length that is no number": "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 0x3\r\n\r\nabc",
  "a length and chunks":
    `POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n${CHUNKED}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  "an end of a line in a field": "GET /always HTTP/1.1\r\nhost: a\r\nx: a\nb\r\n\r\n",
};

for (const [what, request] of Object.entries(UNREADABLE)) {
  Deno.test(`${what} is refused, and the connection ends`, async () => {
    await using rig = await Rig.open(PATIENT);
    assertEquals(firstLine(await rig.exchange(request)), "HTTP/1.1 400 Bad Request");
    assertEquals([rig.refused, rig.bodies], [[400], []]);
    assertEquals(await rig.status(), 200);
  });
}

Deno.test("a request that lies about its length is no two requests", async () => {
  await using rig = await Rig.open(PATIENT);
  for (
    const length of [
      "content-length: 3\r\n\r\nabcdef",
      `${CHUNKED}\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n`,
      `${CHUNKED}\r\n\r\nz`,
    ]
  ) {
    await rig.exchange(`POST /read HTTP/1.1\r\nhost: a\r\n${length}`);
  }
  assert(rig.bodies.every((body) => body === 3 || body === "the client went away"), rig.bodies.join());
  assertEquals(await rig.status(), 200);
});

Deno.test("what follows a request on its connection and is none ends the connection", async () => {
  await using rig = await Rig.open(PATIENT);
  const answers = await rig.exchange(
    "GET /always HTTP/1.1\r\nhost: a\r\n\r\n".repeat(3) + "nothing of the kind\r\n\r\n",
  );
  assert((answers.match(/^HTTP/gm) ?? []).length <= 4, answers);
  assertEquals(await rig.status(), 200);
});

Deno.test("an address gets as many connections as it may have, and again when one ends", async () => {
  await using rig = await Rig.open(PATIENT, { ...CONNECTION_LIMITS, loopback: 3 });
  const kept = await Promise.all([rig.connect(), rig.connect(), rig.connect()]);
  await eventually(() => rig.server.connections === 3 || undefined, "three connections");
  assertEquals(await rig.exchange("GET /always HTTP/1.1\r\nhost: a\r\n\r\n"), "");
  assertEquals(rig.refused, ["address"]);
  kept[0]?.close();
  await eventually(() => rig.server.connections === 2 || undefined, "the end of one");
  assertEquals(await rig.status(), 200);
  for (const connection of kept.slice(1)) connection.close();
});

Deno.test("addresses do not take each other's connections, but for all of them together", () => {
  const count = new ConnectionCount({ perAddress: 2, loopback: 3, inAll: 7 });
  const begin = (address: string, times: number) => Array.from({ length: times }, () => count.begin(address) ?? "ok");
  assertEquals(begin("10.0.0.1", 3), ["ok", "ok", "address"]);
  assertEquals(begin("::ffff:127.0.0.1", 4), ["ok", "ok", "ok", "address"]);
  assertEquals(begin("10.0.0.2", 3), ["ok", "ok", "all"]);
  assertEquals([count.all, count.addresses], [7, 3]);
  for (const address of ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2"]) count.end(address);
  assertEquals([count.all, count.addresses], [3, 1]);
});

Deno.test("a server that stops serves what may be asked until its end, and refuses the rest with the reason", async () => {
  await using rig = await Rig.open(PATIENT);
  await rig.server.drain(60_000);
  assertEquals([await rig.status("/always"), await rig.status("/read")], [200, 503]);
  assertEquals(rig.answered, [["/always", 200], ["/read", 503]]);
  await rig.server.stop();
  await rig.server.stop();
  assertEquals(rig.server.connections, 0);
});

Deno.test("work under way may end while the server stops, for as long as was said", async () => {
  await using rig = await Rig.open(PATIENT);
  using connection = await rig.connect();
  await send(connection, "POST /read HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 4\r\n\r\n");
  using never = await rig.connect();
  await send(never, "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n");
  await eventually(() => rig.server.connections === 2 || undefined, "both connections");
  // Until both requests have been read.
  await rig.status();
  const drained = rig.server.drain(60_000);
  await send(connection, "abcd");
  assertEquals(firstLine(await rest(connection)), "HTTP/1.1 200 OK");
  await rig.server.stop();
  await drained;
  assertEquals(rig.bodies, [4, "the client went away"]);
});

/** What a client may leave in memory when it is gone, in bytes: nothing. Less cannot be told from what the heap does by itself. */
const LEFT_BY_EACH = 1024;

Deno.test("clients that lie, hang up or say nothing leave nothing in memory", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  await using rig = await Rig.open(PATIENT);
  const beginnings = [
    "",
    "GET /always HTTP/1.1\r\nho",
    "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 6000\r\n\r\nno more than this",
    `POST /read HTTP/1.1\r\nhost: a\r\n${CHUNKED}\r\n\r\nffff\r\nno more than this`,
    "GET /always HTTP/1.1\r\nhost: a\r\n\r\nnothing of the kind\r\n\r\n",
  ];
  const heapAfter = async (rounds: number) => {
    for (let n = 0; n < rounds; n++) {
      await Promise.all(Array.from({ length: 50 }, async (_, at) => {
        using connection = await rig.connect();
        await send(connection, beginnings[at % beginnings.length] ?? "");
      }));
    }
    await eventually(() => rig.server.connections === 0 || undefined, "the end of the connections");
    for (const list of [rig.refused, rig.answered, rig.bodies]) list.length = 0;
    for (let n = 0; n < 3; n++) collectGarbage();
    return Deno.memoryUsage().heapUsed;
  };
  const before = await heapAfter(10);
  const left = (await heapAfter(20) - before) / (20 * 50);
  assert(left < LEFT_BY_EACH, `each left ${Math.round(left)} bytes`);
});
