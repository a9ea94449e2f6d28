import { createHash } from "node:crypto";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../tests/assert.ts";
import { TemporaryFolder } from "../../../tests/processes.ts";
import { MeshError } from "../../core/errors.ts";
import { Inbox, type Portion } from "../../files/inbox/inbox.ts";
import { type UploadSubject, UploadTickets } from "../../files/inbox/upload_tickets.ts";
import { Tickets } from "../../files/tickets.ts";
import { MemoryStore } from "../../store/memory_store.ts";
import { HttpServer } from "../http_server.ts";
import { UploadRoute } from "./upload_route.ts";
import { ownInbox } from "./upload_sink.ts";

const CALLER = { who: "a test", from: "127.0.0.1:1" };

/** A server of uploads into a folder of its own, for tests. */
class UploadRig implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly inbox = new Inbox(this.folder.path);
  readonly #tickets = new Tickets<UploadSubject>({ store: new MemoryStore(), ttlMs: 60_000 });
  readonly #uploads = new UploadTickets(this.inbox, this.#tickets);
  /** What taking fails with, instead of the inbox's own word. */
  failure: MeshError | undefined;
  readonly #server: HttpServer;

  private constructor() {
    const receiver = {
      take: (order: UploadSubject["order"], portion: Portion, _caller: unknown, signal: AbortSignal) =>
        this.failure ? Promise.reject(this.failure) : this.inbox.take(order, portion, signal),
    };
    const route = new UploadRoute({ tickets: this.#tickets, sinks: { upload: ownInbox(receiver) } });
    this.#server = new HttpServer({ host: "127.0.0.1", port: 0 }, [route]);
  }

  static async start(): Promise<UploadRig> {
    const rig = new UploadRig();
    await rig.inbox.start();
    await rig.#tickets.start();
    await rig.#server.start();
    return rig;
  }

  get port(): number {
    return this.#server.port;
  }

  get open(): number {
    return this.#tickets.size;
  }

  /** Where a file can be put once. */
  async address(path: string, content: string, overwrite = false): Promise<string> {
    const sha256 = createHash("sha256").update(content).digest("hex");
    const order = { path, size: new TextEncoder().encode(content).length, sha256, overwrite };
    return this.addressOf((await this.#uploads.create(order, CALLER)).token);
  }

  addressOf(token: string): string {
    return `http://127.0.0.1:${this.port}/bulk/upload/${token}`;
  }

  text(path: string): string {
    return Deno.readTextFileSync(this.folder.file(path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    this.#tickets.stop();
    await this.inbox.stop();
    this.folder[Symbol.dispose]();
  }
}

async function put(
  address: string,
  body: string | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(address, { method: "PUT", body, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

Deno.test("a file is put with a ticket, once, and its digest is answered", async () => {
  await using rig = await UploadRig.start();
  const address = await rig.address("a", "hello");
  const { status, headers } = await put(address, "hello");
  assertEquals(status, 201);
  assertEquals(headers.get("repr-digest"), "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:");
  assertEquals(rig.text("a"), "hello");
  assertEquals((await put(address, "hello")).status, 403);
});

Deno.test("a file comes in parts, each with a ticket of its own", async () => {
  await using rig = await UploadRig.start();
  const part = async (text: string, range: string) =>
    (await put(await rig.address("a", "hello"), text, { "content-range": range })).status;
  assertEquals(await part("he", "bytes 0-1/5"), 202);
  assertEquals(await part("llo", "bytes 2-4/5"), 201);
  assertEquals(rig.text("a"), "hello");
});

Deno.test("a file that came whole, and whose name was taken meanwhile, needs no more bytes", async () => {
  await using rig = await UploadRig.start();
  // The name was free when the upload began.
  async function* pieces() {
    rig.folder.write("a", "another");
    yield await Promise.resolve(new TextEncoder().encode("hello"));
  }
  const order = { path: "a", size: 5, sha256: createHash("sha256").update("hello").digest("hex"), overwrite: false };
  const portion = { begin: 0, end: 5, pieces: pieces() };
  const { signal } = new AbortController();
  await assertRejects(() => rig.inbox.take(order, portion, signal), MeshError, "another file of that name");
  assertEquals(rig.text("a"), "another");
  assertEquals(await rig.inbox.look({ ...order, overwrite: true }), 4, "whoever cannot tell that sends one byte more");
  const again = await rig.address("a", "hello", true);
  assertEquals((await put(again, "", { "content-range": "bytes */5" })).status, 201);
  assertEquals(rig.text("a"), "hello");
});

Deno.test("requests that do not fit are refused, and leave the ticket as it is", async () => {
  await using rig = await UploadRig.start();
  const address = await rig.address("a", "hello");
  assertEquals((await put(address, "hell")).status, 400);
  assertEquals((await put(address, "hello", { "content-range": "bytes 0-4/6" })).status, 400);
  const stream = new Blob(["hello"]).stream();
  assertEquals((await put(address, stream)).status, 411, "chunks tell no length");
  for (const method of ["GET", "POST", "DELETE"]) {
    const response = await fetch(address, { method });
    await response.body?.cancel();
    assertEquals([response.status, response.headers.get("allow")], [405, "PUT"]);
  }
  assertEquals((await put(rig.addressOf(""), "x")).status, 400);
  assertEquals((await put(rig.addressOf("x".repeat(43)), "x")).status, 403);
  assertEquals(rig.open, 1);
  assertEquals((await put(address, "hello")).status, 201);
});

Deno.test("what the inbox says is told by the status and in words", async () => {
  await using rig = await UploadRig.start();
  const wrong = await put(await rig.address("a", "hello"), "hellO");
  assertEquals(wrong.status, 422);
  assertStringIncludes(wrong.text, "sha256: what came has");
  const [first, second] = [await rig.address("a", "hello"), await rig.address("a", "world")];
  assertEquals((await put(first, "hello")).status, 201);
  assertEquals((await put(second, "world")).status, 409);
  const cases = [["RESOURCE_EXHAUSTED", 507], ["UNAVAILABLE", 503], ["FAILED_PRECONDITION", 409], [
    "INTERNAL",
    500,
  ]] as const;
  for (const [code, status] of cases) {
    rig.failure = new MeshError(code, "its word");
    assertEquals((await put(await rig.address(code, "hello"), "hello")).status, status, code);
  }
});

Deno.test("of 100 clients that use one ticket at once, one is let in", async () => {
  await using rig = await UploadRig.start();
  const address = await rig.address("a", "hello");
  // Ten wrong tokens a second: the others' second look at theirs is one.
  const answers = await Promise.all(Array.from({ length: 100 }, () => put(address, "hello")));
  const statuses = answers.map(({ status }) => status);
  assertEquals(statuses.filter((status) => status === 201).length, 1);
  assert(statuses.every((status) => [201, 403, 429].includes(status)), `${statuses}`);
});

Deno.test("who guesses tokens has to wait", async () => {
  await using rig = await UploadRig.start();
  const statuses: number[] = [];
  for (let n = 0; n < 40 && !statuses.includes(429); n++) {
    const burst = await Promise.all(Array.from({ length: 12 }, () => put(rig.addressOf("y".repeat(43)), "x")));
    statuses.push(...burst.map(({ status }) => status));
  }
  assert(statuses.includes(429), `${statuses}`);
});

Deno.test("a client that goes away leaves what it sent, and the rest is put later", async () => {
  await using rig = await UploadRig.start();
  const address = new URL(await rig.address("a", "hello"));
  {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: rig.port });
    const head = `PUT ${address.pathname} HTTP/1.1\r\nhost: ${address.host}\r\ncontent-length: 5\r\n\r\nhel`;
    await connection.write(new TextEncoder().encode(head));
    const order = { path: "a", size: 5, sha256: createHash("sha256").update("hello").digest("hex"), overwrite: false };
    while (await rig.inbox.look(order) < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const rest = await put(await rig.address("a", "hello"), "lo", { "content-range": "bytes 3-4/5" });
  assertEquals(rest.status, 201);
  assertEquals(rig.text("a"), "hello");
});

Deno.test("curl puts files", async (t) => {
  const found = await new Deno.Command("curl", { args: ["--version"], stdout: "null" }).output().catch(() => undefined);
  if (!found) {
    await t.step({ name: "left out: there is no curl", ignore: true, fn: () => {} });
    return;
  }
  await using rig = await UploadRig.start();
  using own = new TemporaryFolder();
  // Above what curl sends without asking for a go-ahead first.
  const content = "0123456789".repeat(300_000);
  const file = own.write("file", content);
  const run = async (address: string) => {
    const args = ["-sS", "-o", own.file("answer"), "-w", "%{http_code}", "-T", file, address];
    const { stdout } = await new Deno.Command("curl", { args }).output();
    return new TextDecoder().decode(stdout);
  };
  assertEquals(await run(await rig.address("from curl", content)), "201");
  assertEquals(rig.text("from curl"), content);
  assertEquals(await run(rig.addressOf("z".repeat(43))), "403");
});
