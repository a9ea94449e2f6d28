import { assertEquals, assertRejects, assertStringIncludes } from "../../../../tests/assert.ts";
import { TemporaryFolder } from "../../../../tests/processes.ts";
import { MeshError } from "../../../core/errors.ts";
import { ByteReader } from "./byte_reader.ts";
import { RequestRefused, X11Connection } from "./connection.ts";
import { Request } from "./request.ts";

/** Our connection, and the other end of it. */
class Line implements AsyncDisposable {
  private constructor(
    readonly connection: X11Connection,
    readonly server: Deno.Conn,
    private readonly folder: TemporaryFolder,
  ) {}

  static async open(answerMs?: number): Promise<Line> {
    const folder = new TemporaryFolder();
    const path = folder.file("socket");
    using listener = Deno.listen({ transport: "unix", path });
    const [server, conn] = await Promise.all([listener.accept(), Deno.connect({ transport: "unix", path })]);
    return new Line(new X11Connection(":test", conn, new ByteReader(conn), answerMs), server, folder);
  }

  async say(...bytes: Uint8Array[]): Promise<void> {
    for (const part of bytes) await this.server.write(part);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    this.server.close();
    this.folder[Symbol.dispose]();
  }
}

function packet(kind: number, sequence: number, detail = 0, body: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(32 + body.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = kind;
  bytes[1] = detail;
  view.setUint16(2, sequence, true);
  view.setUint32(4, body.length / 4, true);
  bytes.set(body, 32);
  return bytes;
}

const reply = (sequence: number, detail: number, body?: Uint8Array) => packet(1, sequence, detail, body);
const refusal = (sequence: number, code: number) => packet(0, sequence, code);
const anything = () => new Request(100, 0, 4);

Deno.test("answers that come in pieces, and together, reach who asked", async () => {
  await using line = await Line.open();
  const asked = [1, 2, 3].map(() => line.connection.ask(anything()));
  const first = reply(1, 11, new Uint8Array(200_000).fill(7));
  await line.say(first.subarray(0, 3), first.subarray(3, 40), first.subarray(40, 100_000));
  await line.say(Uint8Array.from([...first.subarray(100_000), ...reply(2, 22), ...reply(3, 33)]));
  const answers = await Promise.all(asked);
  assertEquals(answers.map(({ head }) => head.getUint8(1)), [11, 22, 33]);
  assertEquals(answers[0]?.body, new Uint8Array(200_000).fill(7));
});

Deno.test("a large answer goes straight to where it is wanted, if there is room for it", async () => {
  await using line = await Line.open();
  const into = new Uint8Array(100_000);
  const fits = line.connection.ask(anything(), into);
  const large = line.connection.ask(anything(), into);
  await line.say(reply(1, 0, new Uint8Array(80_000).fill(5)), reply(2, 0, new Uint8Array(100_004).fill(6)));
  assertEquals((await fits).body.buffer, into.buffer);
  assertEquals((await large).body, new Uint8Array(100_004).fill(6));
  assertEquals(into.subarray(0, 80_001), Uint8Array.from([...new Uint8Array(80_000).fill(5), 0]));
});

Deno.test("events reach their listener, and long ones do not confuse what follows", async () => {
  await using line = await Line.open();
  const events: number[] = [];
  line.connection.listen(90, (event) => events.push(event.getUint8(1)));
  const asked = line.connection.ask(anything());
  const sentByClient = 0x80;
  await line.say(packet(90, 0, 1), packet(35, 0, 0, new Uint8Array(70_000).fill(1)), packet(90 | sentByClient, 0, 2));
  await line.say(packet(91, 0, 3), reply(1, 44));
  assertEquals((await asked).head.getUint8(1), 44);
  assertEquals(events, [1, 2]);
});

Deno.test("a refusal fails its own call only", async () => {
  await using line = await Line.open();
  line.connection.send(anything());
  const [refused, answered] = [line.connection.ask(anything()), line.connection.ask(anything())];
  await line.say(refusal(1, 3), refusal(2, 8), reply(3, 55));
  assertEquals((await assertRejects(() => refused, RequestRefused)).code, 8);
  assertEquals((await answered).head.getUint8(1), 55);
});

Deno.test("a request without an answer is done, or refused, when that is certain", async () => {
  await using line = await Line.open();
  const done = line.connection.check(anything());
  await line.say(reply(2, 0));
  await done;
  const refused = line.connection.check(anything());
  await line.say(refusal(3, 10), reply(4, 0));
  assertEquals((await assertRejects(() => refused, RequestRefused)).code, 10);
});

Deno.test("a server that says nothing is taken for gone", async () => {
  await using line = await Line.open(50);
  const error = await assertRejects(() => line.connection.ask(anything()), MeshError, "it said nothing for 50 ms");
  assertEquals(error.code, "UNAVAILABLE");
  const later = await assertRejects(() => line.connection.check(anything()), MeshError);
  assertEquals(later.message, error.message);
});

Deno.test("a server that ends in the middle of an answer is gone for everybody who waits", async () => {
  await using line = await Line.open();
  const asked = [1, 2].map(() => line.connection.ask(anything()));
  await line.say(reply(1, 0, new Uint8Array(80_000)).subarray(0, 70_000));
  line.server.closeWrite();
  for (const call of asked) {
    const { code, message } = await assertRejects(() => call, MeshError);
    assertEquals(code, "UNAVAILABLE");
    assertStringIncludes(message, "The display :test is gone: it closed the connection");
  }
});

Deno.test("many calls count through the numbers that a call can have", async () => {
  await using line = await Line.open();
  for (let count = 1; count < 65_535; count++) line.connection.send(anything());
  const draining = (async () => {
    const target = new Uint8Array(65_536);
    while (await line.server.read(target) !== null);
  })();
  const asked = [65_535, 0, 1].map(async (sequence) => {
    const { head } = await line.connection.ask(anything());
    return [sequence, head.getUint16(2, true)];
  });
  await line.server.write(Uint8Array.from([...reply(65_535, 0), ...reply(0, 0), ...reply(1, 0)]));
  assertEquals(await Promise.all(asked), [[65_535, 65_535], [0, 0], [1, 1]]);
  await line.connection.close();
  await draining;
});
