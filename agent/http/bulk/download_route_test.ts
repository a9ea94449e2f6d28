import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch, assertNotEquals } from "../../../tests/assert.ts";
import { DownloadRig, unlikeBytes } from "./download_rig.ts";

const headersOf = (response: Response, ...names: string[]) => names.map((name) => response.headers.get(name));

async function textOf(response: Response): Promise<[number, string]> {
  return [response.status, await response.text()];
}

Deno.test("a download has its length, name, state and date, and is sent once", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("a.txt", "hello, world");
  Deno.utimeSync(rig.folder.file("a.txt"), 1_700_000_000, 1_700_000_000);
  const address = await rig.address("a.txt");
  const response = await fetch(address);
  assertEquals(await textOf(response), [200, "hello, world"]);
  assertEquals(headersOf(response, "content-type", "content-length", "content-disposition", "accept-ranges"), [
    "application/octet-stream",
    "12",
    'attachment; filename="a.txt"',
    "bytes",
  ]);
  assertEquals(headersOf(response, "last-modified", "x-content-type-options", "cache-control", "repr-digest"), [
    "Tue, 14 Nov 2023 22:13:20 GMT",
    "nosniff",
    "no-store",
    null,
  ]);
  assertMatch(response.headers.get("etag") ?? "", /^"[A-Za-z0-9_-]{22}"$/);
  assertEquals(await textOf(await fetch(address)), [403, "invalid or expired token\n"]);
});

Deno.test("the digest is told where it is known, of the whole file also with a part", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("abc", "abc");
  await using file = await rig.share.open("abc");
  await rig.digests.of(file);
  const digest = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
  for (const headers of [{}, { range: "bytes=1-" }]) {
    const response = await rig.get("abc", headers);
    await response.text();
    assertEquals(response.headers.get("repr-digest"), `sha-256=:${digest}:`);
  }
});

Deno.test("HEAD tells the same and leaves the ticket", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("a.txt", "hello");
  const address = await rig.address("a.txt");
  const names = ["content-length", "content-disposition", "etag", "last-modified", "accept-ranges", "content-type"];
  const heads: (string | null)[][] = [];
  for (const headers of [{}, { range: "bytes=1-2" }]) {
    const head = await fetch(address, { method: "HEAD", headers });
    assertEquals(await textOf(head), [200, ""]);
    heads.push(headersOf(head, ...names));
  }
  const response = await fetch(address);
  assertEquals(await textOf(response), [200, "hello"]);
  for (const head of heads) assertEquals(head, headersOf(response, ...names));
});

Deno.test("what is no download is refused as specified", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("a.txt", "hello");
  const address = await rig.address("a.txt");
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const response = await fetch(address, { method });
    assertEquals([...await textOf(response), response.headers.get("allow")], [
      405,
      "method not allowed\n",
      "GET, HEAD",
    ]);
  }
  assertEquals(await textOf(await fetch(rig.addressOf(""))), [400, "missing token\n"]);
  for (const token of ["x", "../../etc/passwd", "%2e%2e%2f", "%00", "A".repeat(43), "A".repeat(5000)]) {
    const { status } = await textOf(await fetch(rig.addressOf(token))).then(([status]) => ({ status }));
    // A path that leaves the prefix is no path of ours.
    assertEquals(status, token.startsWith("..") ? 404 : 403, token);
  }
  assertEquals(await textOf(await fetch(address)), [200, "hello"]);
});

Deno.test("a part of a file is sent as a part", async () => {
  await using rig = await DownloadRig.start();
  const bytes = unlikeBytes(300_000);
  Deno.writeFileSync(rig.folder.file("file"), bytes);
  const cases: [range: string, begin: number, end: number][] = [
    ["bytes=0-0", 0, 1],
    ["bytes=1000-200999", 1000, 201_000],
    ["bytes=299999-", 299_999, 300_000],
    ["bytes=-70000", 230_000, 300_000],
    ["bytes=5-999999999", 5, 300_000],
  ];
  for (const [range, begin, end] of cases) {
    const response = await rig.get("file", { range });
    assertEquals(response.status, 206);
    const [length, sent] = headersOf(response, "content-length", "content-range");
    assertEquals([length, sent], [String(end - begin), `bytes ${begin}-${end - 1}/300000`]);
    assert(Buffer.from(await response.arrayBuffer()).equals(bytes.subarray(begin, end)), range);
  }
});

Deno.test("ranges that are none, or several, are answered with the whole file", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("a.txt", "hello");
  for (const range of ["bytes=0-1,3-4", "bytes=4-2", "lines=1-2", "bytes=x", "bytes=--1"]) {
    assertEquals(await textOf(await rig.get("a.txt", { range })), [200, "hello"], range);
  }
});

Deno.test("a range behind the end is refused with the size, and the ticket can still be used", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("a.txt", "hello");
  rig.folder.write("empty", "");
  const address = await rig.address("a.txt");
  for (const range of ["bytes=5-", "bytes=9-10", "bytes=-0", `bytes=${"9".repeat(99)}-`]) {
    const response = await fetch(address, { headers: { range } });
    assertEquals([response.status, response.headers.get("content-range")], [416, "bytes */5"], range);
    await response.body?.cancel();
  }
  assertEquals(await textOf(await fetch(address, { headers: { range: "bytes=4-" } })), [206, "o"]);
  const empty = await rig.get("empty", { range: "bytes=0-" });
  assertEquals([...await textOf(empty), empty.headers.get("content-range")], [416, "no such bytes\n", "bytes */0"]);
});

Deno.test("a part is sent only of the state that If-Range names", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("a.txt", "hello");
  Deno.utimeSync(rig.folder.file("a.txt"), 1_700_000_000, 1_700_000_000);
  const range = "bytes=4-";
  const first = await rig.get("a.txt");
  await first.text();
  const [etag = "", date = ""] = headersOf(first, "etag", "last-modified").map((value) => value ?? "");
  const ask = async (condition: string) => await textOf(await rig.get("a.txt", { range, "if-range": condition }));
  assertEquals(await ask(etag), [206, "o"]);
  assertEquals(await ask(date), [206, "o"]);
  for (const other of ['"x"', `W/${etag}`, "Tue, 14 Nov 2023 22:13:21 GMT", "x"]) {
    assertEquals(await ask(other), [200, "hello"], other);
  }
  rig.folder.write("a.txt", "HELLO");
  assertEquals(await ask(etag), [200, "HELLO"]);
  const now = (await rig.get("a.txt", {}, "HEAD")).headers;
  assertNotEquals(now.get("etag"), etag);
  const changed = Deno.statSync(rig.folder.file("a.txt")).mtime?.getTime() ?? 0;
  rig.at = changed + 999;
  // A date of this very second could be of the state before.
  assertEquals(await ask(now.get("last-modified") ?? ""), [200, "HELLO"]);
  rig.at = changed + 1000;
  assertEquals(await ask(now.get("last-modified") ?? ""), [206, "O"]);
});

Deno.test("an empty file is downloaded", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("empty", "");
  const response = await rig.get("empty");
  assertEquals([...await textOf(response), response.headers.get("content-length")], [200, "", "0"]);
});

Deno.test("a ticket is good for the file in the state in which it was made, and for no other", async () => {
  await using rig = await DownloadRig.start();
  const changes: ((path: string) => void)[] = [
    (path) => Deno.removeSync(path),
    (path) => Deno.writeTextFileSync(path, "longer than it was"),
    (path) => {
      Deno.writeTextFileSync(`${path}.new`, "hello");
      Deno.renameSync(`${path}.new`, path);
    },
    (path) => {
      Deno.removeSync(path);
      Deno.symlinkSync("/etc/passwd", path);
    },
    (path) => {
      Deno.removeSync(path);
      Deno.mkdirSync(path);
    },
  ];
  for (const [n, change] of changes.entries()) {
    const path = rig.folder.write(`file-${n}`, "hello");
    const address = await rig.address(`file-${n}`);
    change(path);
    assertEquals(await textOf(await fetch(address)), [403, "invalid or expired token\n"]);
    // It is over with it.
    assertEquals(rig.open, 0);
  }
});

Deno.test("of a hundred clients with the same ticket exactly one gets the file", async () => {
  await using rig = await DownloadRig.start();
  const bytes = unlikeBytes(500_000);
  Deno.writeFileSync(rig.folder.file("file"), bytes);
  const address = await rig.address("file");
  const answers = await Promise.all(Array.from({ length: 100 }, async () => {
    const response = await fetch(address);
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  }));
  const [won, ...more] = answers.filter(({ status }) => status === 200);
  assert(won?.body.equals(bytes));
  assertEquals(more.length, 0);
  for (const { status } of answers) assert([200, 403, 429].includes(status));
});

Deno.test("whoever guesses tokens has to wait after ten, and then is served again", async () => {
  await using rig = await DownloadRig.start();
  rig.folder.write("a.txt", "hello");
  const address = await rig.address("a.txt");
  const guess = async () => {
    const response = await fetch(rig.addressOf("A".repeat(43)));
    await response.body?.cancel();
    return [response.status, response.headers.get("retry-after")];
  };
  rig.at = Date.now();
  for (let n = 0; n < 10; n++) assertEquals(await guess(), [403, null]);
  assertEquals(await guess(), [429, "1"]);
  // Also with a right one, or it would show which is.
  assertEquals(await textOf(await fetch(address)), [
    429,
    "too many wrong tokens from your address: try again in 1 s\n",
  ]);
  rig.at += 1000;
  assertEquals(await textOf(await fetch(address)), [200, "hello"]);
});
