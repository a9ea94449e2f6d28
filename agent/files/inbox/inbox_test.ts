import { createHash } from "node:crypto";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { TemporaryFolder } from "../../../tests/processes.ts";
import { MeshError } from "../../core/errors.ts";
import { Inbox } from "./inbox.ts";
import type { PartialLimits } from "./partial_files.ts";
import type { UploadOrder } from "./upload_order.ts";

const { signal } = new AbortController();
const encoder = new TextEncoder();

function orderFor(path: string, content: string, overwrite = false): UploadOrder {
  const bytes = encoder.encode(content);
  return { path, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), overwrite };
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array, void, void> {
  for (const text of texts) yield await Promise.resolve(encoder.encode(text));
}

/** Text that comes, and then nothing more, until it is let go on. */
function held(text: string) {
  const isTaken = Promise.withResolvers<void>();
  const isLet = Promise.withResolvers<void>();
  async function* generate(): AsyncGenerator<Uint8Array, void, void> {
    yield encoder.encode(text);
    isTaken.resolve();
    await isLet.promise;
  }
  return { pieces: generate(), taken: isTaken.promise, letGo: isLet.resolve };
}

/** An inbox in a folder of its own, for tests. */
class InboxRig implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly inbox: Inbox;

  private constructor(limits?: PartialLimits) {
    this.inbox = new Inbox(this.folder.path, limits);
  }

  static async start(limits?: PartialLimits): Promise<InboxRig> {
    const rig = new InboxRig(limits);
    await rig.inbox.start();
    return rig;
  }

  /** Puts a whole file. */
  put(path: string, content: string, overwrite = false): Promise<boolean> {
    const order = orderFor(path, content, overwrite);
    return this.inbox.take(order, { begin: 0, end: order.size, pieces: pieces(content) }, signal);
  }

  text(path: string): string {
    return Deno.readTextFileSync(this.folder.file(path));
  }

  /** Files that are not complete. */
  get parts(): string[] {
    return [...Deno.readDirSync(this.folder.file(".edgemesh-incoming"))].map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inbox.stop();
    this.folder[Symbol.dispose]();
  }
}

async function refusal(run: () => Promise<unknown>, code: string): Promise<string> {
  const error = await assertRejects(run, MeshError);
  assertEquals(error.code, code, error.message);
  return error.message;
}

Deno.test("a file gets its name once it is whole, with the folders on the way to it", async () => {
  await using rig = await InboxRig.start();
  assert(await rig.put("new/folder/a 😀.txt", "hello"));
  assertEquals(rig.text("new/folder/a 😀.txt"), "hello");
  assert(await rig.put("empty", ""));
  assertEquals(rig.text("empty"), "");
  assertEquals(rig.parts, []);
});

Deno.test("a name that is taken is refused, unless the file may be replaced", async () => {
  await using rig = await InboxRig.start();
  await rig.put("a", "first");
  await refusal(() => rig.put("a", "second"), "ALREADY_EXISTS");
  await refusal(() => rig.inbox.look(orderFor("a", "second")), "ALREADY_EXISTS");
  assertEquals(rig.text("a"), "first");
  assert(await rig.put("a", "second", true));
  assertEquals(rig.text("a"), "second");
  Deno.mkdirSync(rig.folder.file("folder"));
  await refusal(() => rig.put("folder", "x", true), "FAILED_PRECONDITION");
  await refusal(() => rig.put("a/b", "x", true), "FAILED_PRECONDITION");
});

Deno.test("the file that has an order's name is found where its size is the order's, and by no link", async () => {
  await using rig = await InboxRig.start();
  const found = async (path: string, content: string) => {
    await using file = await rig.inbox.find(orderFor(path, content));
    const buffer = new Uint8Array(100);
    return file && new TextDecoder().decode(buffer.subarray(0, await file.read(buffer, 0)));
  };
  await rig.put("folder/a", "hello");
  await rig.put("empty", "");
  assertEquals(await found("folder/a", "HELLO"), "hello");
  assertEquals(await found("empty", ""), "");
  assertEquals(await found("folder/a", "longer"), undefined);
  assertEquals(await found("folder/b", "hello"), undefined);
  assertEquals(await found("nowhere/a", "hello"), undefined);
  assertEquals(await found("folder", ""), undefined);
  await refusal(() => found("folder/a/b", "hello"), "FAILED_PRECONDITION");
  await refusal(() => found("../a", "hello"), "INVALID_ARGUMENT");
  if (Deno.build.os === "windows") return;
  Deno.symlinkSync(rig.folder.file("folder/a"), rig.folder.file("link"));
  Deno.symlinkSync(rig.folder.file("folder"), rig.folder.file("linked"));
  assertEquals(await found("link", "hello"), undefined);
  await refusal(() => found("linked/a", "hello"), "FAILED_PRECONDITION");
});

Deno.test("what was broken off is gone on with, and comes out whole", async () => {
  await using rig = await InboxRig.start();
  const order = orderFor("a", "hello world");
  const part = { begin: 0, end: order.size, pieces: pieces("hello", " w") };
  assert(/4 bytes too early/.test(await refusal(() => rig.inbox.take(order, part, signal), "CANCELLED")));
  assertEquals(await rig.inbox.look(order), 7);
  assertEquals(await rig.inbox.look(orderFor("a", "hello WORLD")), 0, "another file has nothing there");
  assertEquals(await rig.inbox.take(order, { begin: 5, end: 9, pieces: pieces(" wor") }, signal), false);
  assertEquals(await rig.inbox.look(order), 9);
  await refusal(
    () => rig.inbox.take(order, { begin: 10, end: 11, pieces: pieces("d") }, signal),
    "FAILED_PRECONDITION",
  );
  assert(await rig.inbox.take(order, { begin: 9, end: 11, pieces: pieces("l", "d") }, signal));
  assertEquals(rig.text("a"), "hello world");
  assertEquals(rig.parts, []);
});

Deno.test("what came before a restart is gone on with after it", async () => {
  await using rig = await InboxRig.start();
  const order = orderFor("a", "hello");
  await refusal(() => rig.inbox.take(order, { begin: 0, end: 5, pieces: pieces("hel") }, signal), "CANCELLED");
  const again = new Inbox(rig.folder.path);
  await again.start();
  assertEquals(await again.look(order), 3);
  assert(await again.take(order, { begin: 3, end: 5, pieces: pieces("lo") }, signal));
  await again.stop();
  assertEquals(rig.text("a"), "hello");
});

Deno.test("a sender that lies about the digest or the length leaves nothing", async () => {
  await using rig = await InboxRig.start();
  const order = orderFor("a", "hello");
  const wrong = { begin: 0, end: 5, pieces: pieces("hellO") };
  assert((await refusal(() => rig.inbox.take(order, wrong, signal), "INVALID_ARGUMENT")).includes("sha256"));
  const more = { begin: 0, end: 5, pieces: pieces("hello", "!") };
  assert(await rig.inbox.take(order, more, signal), "what came after the end was not asked for");
  const longer = { begin: 0, end: 3, pieces: pieces("long") };
  await refusal(() => rig.inbox.take(orderFor("b", "lon"), longer, signal), "INVALID_ARGUMENT");
  for (const [begin, end] of [[0, 6], [-1, 5], [3, 2], [NaN, 5]] as const) {
    await refusal(() => rig.inbox.take(order, { begin, end, pieces: pieces() }, signal), "FAILED_PRECONDITION");
  }
  assertEquals(rig.parts, []);
});

Deno.test("paths that lead elsewhere, or hold what no name should, are refused", async () => {
  await using rig = await InboxRig.start();
  const wrong = [
    "",
    "/a",
    "../a",
    "a/../../b",
    "a/./b",
    "a//b",
    "a/",
    ".",
    "a\0b",
    "a\nb",
    "a\x1bb",
    "a\x7f",
    "a\u0085b",
  ];
  wrong.push("\ud800", `${"x".repeat(256)}`, "d/".repeat(1100) + "x", ".edgemesh-incoming/a", ".EDGEMESH-incoming/a");
  for (const path of wrong) await refusal(() => rig.put(path, "x"), "INVALID_ARGUMENT");
  assertEquals([...Deno.readDirSync(rig.folder.path)].map(({ name }) => name), [".edgemesh-incoming"]);
});

Deno.test("links that somebody put into the inbox are not followed", async () => {
  using outside = new TemporaryFolder();
  outside.write("target", "untouched");
  await using rig = await InboxRig.start();
  Deno.symlinkSync(outside.path, rig.folder.file("folder"));
  Deno.symlinkSync(outside.file("target"), rig.folder.file("file"));
  Deno.symlinkSync(outside.file("new"), rig.folder.file("dangling"));
  for (const path of ["folder/a", "file", "dangling"]) {
    await refusal(() => rig.put(path, "x", true), "FAILED_PRECONDITION");
  }
  const order = orderFor("b", "hello");
  await refusal(() => rig.inbox.take(order, { begin: 0, end: 5, pieces: pieces("h") }, signal), "CANCELLED");
  const [part = ""] = rig.parts;
  Deno.removeSync(rig.folder.file(`.edgemesh-incoming/${part}`));
  Deno.symlinkSync(outside.file("target"), rig.folder.file(`.edgemesh-incoming/${part}`));
  assertEquals(await rig.inbox.look(order), 0);
  await refusal(() => rig.put("b", "hello"), "FAILED_PRECONDITION");
  Deno.removeSync(rig.folder.file(`.edgemesh-incoming/${part}`));
  Deno.linkSync(outside.file("target"), rig.folder.file(`.edgemesh-incoming/${part}`));
  await refusal(() => rig.put("b", "hello"), "FAILED_PRECONDITION");
  assertEquals(Deno.readTextFileSync(outside.file("target")), "untouched");
  assertEquals([...Deno.readDirSync(outside.path)].length, 1);
});

Deno.test("an inbox that is none, or whose hidden folder is a link, is not opened", async () => {
  using folder = new TemporaryFolder();
  folder.write("file", "");
  for (const path of [folder.file("nothing"), folder.file("file")]) {
    await refusal(() => new Inbox(path).start(), "FAILED_PRECONDITION");
  }
  Deno.symlinkSync("/tmp", folder.file(".edgemesh-incoming"));
  assert((await refusal(() => new Inbox(folder.path).start(), "FAILED_PRECONDITION")).includes("--inbox"));
});

Deno.test("what the inbox keeps hidden may be tidied away; an inbox that is gone is said to be", async () => {
  await using rig = await InboxRig.start();
  Deno.removeSync(rig.folder.file(".edgemesh-incoming"), { recursive: true });
  assert(await rig.put("a", "hello"));
  Deno.removeSync(rig.folder.file(".edgemesh-incoming"), { recursive: true });
  assertEquals(await rig.inbox.look(orderFor("b", "hello")), 0);
  Deno.removeSync(rig.folder.path, { recursive: true });
  assert((await refusal(() => rig.put("b", "hello"), "FAILED_PRECONDITION")).includes("create it again"));
  Deno.mkdirSync(rig.folder.path);
  assert(await rig.put("b", "hello"));
});

Deno.test("of many that put different files under one name at once, one wins", async () => {
  await using rig = await InboxRig.start();
  const contents = Array.from({ length: 20 }, (_, n) => `content ${n}`);
  const results = await Promise.allSettled(contents.map((content) => rig.put("same", content)));
  const won = contents.filter((_, n) => results[n]?.status === "fulfilled");
  assertEquals(won.length, 1);
  assertEquals(rig.text("same"), won[0]);
});

Deno.test("another attempt at the same file ends the one before, and goes on where that had come to", async () => {
  await using rig = await InboxRig.start();
  const order = orderFor("a", "hello");
  const first = held("he");
  const taking = rig.inbox.take(order, { begin: 0, end: 5, pieces: first.pieces }, signal);
  const ended = refusal(() => taking, "FAILED_PRECONDITION");
  await first.taken;
  assertEquals(await rig.inbox.look(order), 2);
  assert(await rig.inbox.take(order, { begin: 2, end: 5, pieces: pieces("llo") }, signal));
  assert((await ended).includes("begun anew"));
  first.letGo();
  assertEquals(rig.text("a"), "hello");
});

Deno.test("whoever goes away, and a device that stops, leave what had come", async () => {
  await using rig = await InboxRig.start();
  const [a, b] = [orderFor("a", "hello"), orderFor("b", "world")];
  const [first, second] = [held("he"), held("wor")];
  const caller = new AbortController();
  const gone = refusal(
    () => rig.inbox.take(a, { begin: 0, end: 5, pieces: first.pieces }, caller.signal),
    "CANCELLED",
  );
  const stopped = refusal(() => rig.inbox.take(b, { begin: 0, end: 5, pieces: second.pieces }, signal), "UNAVAILABLE");
  await Promise.all([first.taken, second.taken]);
  caller.abort(new MeshError("CANCELLED", "the caller went away"));
  await gone;
  await rig.inbox.stop();
  await stopped;
  assertEquals([await rig.inbox.look(a), await rig.inbox.look(b)], [2, 3]);
  first.letGo();
  second.letGo();
});

Deno.test("parts that are too many or too large together go, the oldest first; what is none stays", async () => {
  await using rig = await InboxRig.start();
  const partAt = (name: string, size: number, agoMs: number) => {
    const path = rig.folder.write(`.edgemesh-incoming/${name}.part`, "x".repeat(size));
    const at = new Date(Date.now() - agoMs);
    Deno.utimeSync(path, at, at);
  };
  const key = (digit: string) => digit.repeat(64);
  partAt(key("1"), 10, 1000);
  partAt(key("2"), 10, 2000);
  partAt(key("3"), 10, 3000);
  partAt(key("4"), 1, 90_000_000);
  rig.folder.write(".edgemesh-incoming/other", "x");
  const tidied = async (limits: PartialLimits) => {
    const inbox = new Inbox(rig.folder.path, limits);
    await inbox.start();
    await inbox.stop();
    return rig.parts.filter((name) => name.endsWith(".part")).map((name) => name[0]).sort();
  };
  assertEquals(await tidied({ ms: 86_400_000, count: 9, bytes: 1000 }), ["1", "2", "3"]);
  assertEquals(await tidied({ ms: 86_400_000, count: 2, bytes: 1000 }), ["1", "2"]);
  assertEquals(await tidied({ ms: 86_400_000, count: 9, bytes: 19 }), ["1"]);
  assertEquals(rig.parts.length, 2, "and what is no part");
});
