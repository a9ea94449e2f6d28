import * as grpc from "@grpc/grpc-js";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../tests/assert.ts";
import { eventually, TemporaryFolder } from "../tests/processes.ts";
import { Failure } from "./canned_agent.ts";
import { startProgram } from "./cli_harness.ts";
import { CannedDevice } from "./files/canned_device.ts";

const UNIX = Deno.build.os !== "windows";

/** What lies in a folder, as paths, with what is in the files. */
function treeOf(folder: string, below = ""): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(`${folder}/${below}`)) {
    const path = `${below}${name}`;
    if (isDirectory) Object.assign(tree, { [`${path}/`]: "" }, treeOf(folder, `${path}/`));
    else tree[path] = Deno.readTextFileSync(`${folder}/${path}`);
  }
  return tree;
}

Deno.test("get fetches a file from the device itself, with its time, and says what it did", async () => {
  using folder = new TemporaryFolder();
  await using device = await CannedDevice.start({
    files: { "a/notes.txt": { text: "hello", modifiedAt: 1_700_000_000_000 } },
  });
  const to = folder.file("notes.txt");
  assertEquals(await device.run("get", "desktop:a/notes.txt", "-o", to), {
    code: 0,
    stdout: `${to}  1 kB\n`,
    stderr: "",
  });
  assertEquals(treeOf(folder.path), { "notes.txt": "hello" });
  assertEquals(Deno.statSync(to).mtime?.getTime(), 1_700_000_000_000);
  assertEquals(device.requests, [{ path: "a/notes.txt", range: "", relayed: false }]);
  // The same file again is not fetched again.
  const again = await device.run("get", "DESKTOP:a/notes.txt", "-o", folder.path);
  assertEquals(again, { code: 0, stdout: `${to} is here already\n`, stderr: "" });
  assertEquals(device.requests.length, 1);
});

Deno.test("where the device itself cannot be reached, a file comes by way of the connected agent", async () => {
  using folder = new TemporaryFolder();
  // A port that nothing listens on.
  const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const httpAddr = `127.0.0.1:${nobody.addr.port}`;
  nobody.close();
  await using device = await CannedDevice.start({ files: { a: "hello", b: "world" }, httpAddr });
  const args = ["desktop:a", "desktop:b", "-o", folder.path, "--parallel", "1", "--json"];
  const { code, stdout } = await device.run("get", ...args);
  const document = JSON.parse(stdout);
  assertEquals([code, document.files.map(({ way }: { way: string }) => way)], [0, ["relay", "relay"]]);
  assertEquals(treeOf(folder.path), { a: "hello", b: "world" });
  // What worked once is not looked for again.
  assertEquals(device.agent.requests("OpenDownload").map(({ way }) => way), ["", "relay"]);
});

Deno.test("an agent that only has the device's address does not know its tickets, and is passed by", async () => {
  using folder = new TemporaryFolder();
  await using stranger = await CannedDevice.start({ files: {} });
  await using device = await CannedDevice.start({ files: { a: "hello" }, httpAddr: stranger.http });
  const { code, stdout } = await device.run("get", "desktop:a", "-o", folder.path, "--json");
  assertEquals([code, JSON.parse(stdout).files[0].way], [0, "relay"]);
});

Deno.test("a file that is here is not replaced unless --force says so", async () => {
  using folder = new TemporaryFolder();
  const to = folder.write("a", "mine");
  await using device = await CannedDevice.start({ files: { a: { text: "theirs", modifiedAt: 5000 } } });
  const refused = await device.run("get", "desktop:a", "-o", to);
  assertEquals(refused, { code: 1, stdout: "", stderr: `edgemesh: ${to} exists: --force replaces it\n` });
  assertEquals(treeOf(folder.path), { a: "mine" });
  assertEquals((await device.run("get", "desktop:a", "-o", to, "--force")).code, 0);
  assertEquals(treeOf(folder.path), { a: "theirs" });
  Deno.mkdirSync(folder.file("b"));
  Deno.mkdirSync(folder.file("b/a"));
  assertMatch(
    (await device.run("get", "desktop:a", "-o", folder.file("b"), "--force")).stderr,
    /a is a folder here\n$/,
  );
});

Deno.test("a connection that breaks is gone on with where it broke, with a new ticket", async () => {
  using folder = new TemporaryFolder();
  const text = "0123456789".repeat(100_000);
  let broken = 0;
  await using device = await CannedDevice.start({
    files: { a: text },
    serve: (_request, _path, file) => broken++ > 0 ? undefined : cutAfter(file.text, 300_000, folder.file("a.part")),
  });
  const { code, stdout } = await device.run("get", "desktop:a", "-o", folder.file("a"), "--json");
  assertEquals([code, JSON.parse(stdout).files[0].verified], [0, true]);
  assertEquals(device.requests.map(({ range }) => range), ["", "bytes=300000-"]);
  assertEquals(treeOf(folder.path), { a: text });
});

/** In bytes; 0 for none. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

/** An answer whose connection ends before its body does, when so much of it is in a file here. */
function cutAfter(text: string, bytes: number, file: string): Response {
  const encoded = new TextEncoder().encode(text);
  let sent = false;
  const body = new ReadableStream({
    async pull(controller) {
      if (!sent) return controller.enqueue(encoded.subarray(0, bytes)), void (sent = true);
      // What is still under way when a connection is cut can be lost with it.
      await eventually(() => sizeOf(file) === bytes || undefined, "what was sent");
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-length": String(encoded.length) } });
}

Deno.test("what came before a failure is kept, and the same command goes on with it unless the file was changed", async () => {
  using folder = new TemporaryFolder();
  const text = "0123456789".repeat(100_000);
  let fails = true;
  await using device = await CannedDevice.start({
    files: { a: { text, etag: '"1"' } },
    serve: (request, _path, file) =>
      !fails
        ? undefined
        : request.headers.has("range")
        ? new Response("the device cannot be reached", { status: 503 })
        : cutAfter(file.text, 300_000, folder.file("a.part")),
  });
  const to = folder.file("a");
  const failed = await device.run("get", "desktop:a", "-o", to);
  assertEquals([failed.code, failed.stdout], [1, ""]);
  assertMatch(
    failed.stderr,
    /^edgemesh: .*cannot be reached.*; 293 kB of 977 kB are kept in .*a\.part: the same command goes on\n$/,
  );
  assertEquals(Object.keys(treeOf(folder.path)).sort(), ["a.part", "a.part.etag"]);
  fails = false;
  device.requests.length = 0;
  const { stdout } = await device.run("get", "desktop:a", "-o", to, "--json");
  assertEquals([JSON.parse(stdout).files[0].resumed_from, treeOf(folder.path)], [300_000, { a: text }]);
  assertEquals(device.requests.map(({ range }) => range), ["bytes=300000-"]);

  // Of another state of the file, nothing is of use.
  fails = true;
  await device.run("get", "desktop:a", "-o", to, "--force");
  fails = false;
  device.files.set("a", { text: "changed", etag: '"2"' });
  assertEquals((await device.run("get", "desktop:a", "-o", to, "--force")).code, 0);
  assertEquals(treeOf(folder.path), { a: "changed" });
});

Deno.test("a file with another SHA-256 than the device says is not kept", async () => {
  using folder = new TemporaryFolder();
  await using device = await CannedDevice.start({ files: { a: { text: "hello", sha256: "0".repeat(64) } } });
  const { code, stderr } = await device.run("get", "desktop:a", "-o", folder.file("a"));
  assertEquals([code, treeOf(folder.path)], [1, {}]);
  assertMatch(stderr, /^edgemesh: a: its SHA-256 is not the one that the device says: what came was removed\n$/);
  // A part that does not belong to the rest, as a crash may leave it, costs one more attempt.
  device.files.set("a", { text: "hello" });
  folder.write("a.part", "HE");
  const { device_id } = device.agent.requests("OpenDownload")[0];
  folder.write("a.part.etag", `${JSON.stringify({ device_id, path: "a", etag: '"a"' })}\n`);
  assertEquals((await device.run("get", "desktop:a", "-o", folder.file("a"))).code, 0);
  assertEquals(treeOf(folder.path), { a: "hello" });
});

Deno.test("-r fetches folders, empty ones too, and one command goes on with what is missing", async () => {
  using folder = new TemporaryFolder();
  await using device = await CannedDevice.start({
    folders: ["p/empty", "p/sub"],
    files: { "p/a": { text: "1", modifiedAt: 1000 }, "p/sub/b": { text: "", modifiedAt: 2000 }, "p/a.part": "no part" },
  });
  const { code, stdout } = await device.run("get", "desktop:p", "-r", "-o", folder.path);
  assertEquals([code, stdout], [0, "3 files, 1 kB\n"]);
  const tree = { "p/": "", "p/empty/": "", "p/sub/": "", "p/a": "1", "p/sub/b": "", "p/a.part": "no part" };
  assertEquals(treeOf(folder.path), tree);
  Deno.removeSync(folder.file("p/a"));
  Deno.removeSync(folder.file("p/a.part"));
  const again = await device.run("get", "desktop:p", "-r", "-o", folder.path);
  assertEquals([again.stdout, treeOf(folder.path)], ["2 files, 1 kB, 1 here already\n", tree]);
  // Without -r, the device says that it is a folder.
  const isFolder = new Failure(grpc.status.FAILED_PRECONDITION, 'path: "p" is a folder');
  await using other = await CannedDevice.start({ files: {}, answers: { OpenDownload: () => isFolder } });
  const { stderr } = await other.run("get", "desktop:p", "-o", folder.path);
  assertEquals(stderr, 'edgemesh: path: "p" is a folder: -r fetches folders\n');
});

Deno.test("names that a device makes up lead nowhere outside", { ignore: !UNIX }, async () => {
  using folder = new TemporaryFolder();
  const bad = ["p/../../outside", "/etc/outside", "p//x", "p/.", "q/other", "p/a\0b", "p/sub/../../../outside"];
  await using device = await CannedDevice.start({
    files: {},
    answers: {
      ListFiles: () => ({ entries: ["p/good", ...bad].map((path) => ({ path, size_bytes: 1 })) }),
      OpenDownload: ({ path }) => new Failure(grpc.status.NOT_FOUND, `path: there is no file ${path}`),
    },
  });
  Deno.mkdirSync(folder.file("target"));
  const { code, stdout, stderr } = await device.run("get", "desktop:p", "-r", "-o", folder.file("target"));
  assertEquals([code, stdout, stderr.split("\n").length], [1, "", bad.length + 3]);
  for (const line of stderr.split("\n").slice(0, bad.length)) {
    assertMatch(line, /^edgemesh: refused the name ".*": it .*/);
  }
  assertEquals(treeOf(folder.path), { "target/": "", "target/p/": "" });
  assertEquals(device.agent.requests("OpenDownload").map(({ path }) => path), ["p/good"]);
});

Deno.test("of several files the others come where one fails, and a failure of all of them ends it", async () => {
  using folder = new TemporaryFolder();
  await using device = await CannedDevice.start({ files: { a: "1", c: "3" } });
  const { code, stdout, stderr } = await device.run("get", "desktop:a", "desktop:b", "desktop:c", "-o", folder.path);
  assertEquals([code, stdout, treeOf(folder.path)], [1, "2 files, 1 kB\n", { a: "1", c: "3" }]);
  assertMatch(
    stderr,
    /^edgemesh: .*\/b: path: there is no such file\nedgemesh: 1 of 3 files failed; the others are fetched\n$/,
  );
  const gone = new Failure(grpc.status.UNAVAILABLE, "the device is not reachable");
  await using away = await CannedDevice.start({ files: {}, answers: { OpenDownload: () => gone } });
  const outcome = await away.run(
    "get",
    "desktop:a",
    "desktop:b",
    "desktop:c",
    "-o",
    folder.path,
    "--parallel",
    "1",
    "--json",
  );
  assertEquals(outcome.code, 1);
  const { failed, untried } = JSON.parse(outcome.stdout);
  assertEquals([failed.length, failed[0].code, untried], [1, "UNAVAILABLE", 2]);
});

Deno.test("Ctrl-C keeps what has come, and says so", async () => {
  using folder = new TemporaryFolder();
  const text = "0123456789".repeat(100_000);
  const end = Promise.withResolvers<void>();
  await using device = await CannedDevice.start({
    files: { a: text },
    serve: () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode(text.slice(0, 300_000))),
          pull: () => end.promise,
          cancel: () => end.resolve(),
        }),
        { headers: { "content-length": String(text.length) } },
      ),
  });
  const child = startProgram(device.line("get", "desktop:a", "-o", folder.file("a")));
  const size = () => sizeOf(folder.file("a.part"));
  await eventually(() => size() === 300_000 || undefined, "some bytes");
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  end.resolve();
  const said = new TextDecoder().decode(stderr);
  assertEquals([code, size()], [130, 300_000]);
  assertStringIncludes(said, "edgemesh: interrupted: what has come is kept, and the same command goes on\n");
});

Deno.test("what is no part of a file, or is being written by another command, is left alone", async () => {
  using folder = new TemporaryFolder();
  await using device = await CannedDevice.start({ files: { a: "hello" } });
  folder.write("a.part", "of another program");
  const { code, stderr } = await device.run("get", "desktop:a", "-o", folder.file("a"));
  assertEquals([code, treeOf(folder.path)], [1, { "a.part": "of another program" }]);
  assertMatch(stderr, /a\.part is in the way: it is not a part of a file that was fetched\n$/);
  folder.write("a.part.etag", "x");
  using other = Deno.openSync(folder.file("a.part"), { write: true });
  other.lockSync(true);
  assertMatch(
    (await device.run("get", "desktop:a", "-o", folder.file("a"))).stderr,
    /is being written by another edgemesh\n$/,
  );
});

Deno.test("a slow device is waited for as long as something comes", async () => {
  using folder = new TemporaryFolder();
  const text = "slow and steady";
  await using device = await CannedDevice.start({
    files: { a: text },
    serve: () => {
      let at = 0;
      const body = new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          if (at === text.length) controller.close();
          else controller.enqueue(new TextEncoder().encode(text[at++]));
        },
      });
      return new Response(body, { headers: { "content-length": String(text.length) } });
    },
  });
  assertEquals((await device.run("get", "desktop:a", "-o", folder.file("a"))).code, 0);
  assertEquals([treeOf(folder.path), device.requests.length], [{ a: text }, 1]);
});

Deno.test("wrong usage is told with what was meant", async () => {
  await using device = await CannedDevice.start({ files: {} });
  const cases: [string[], number, RegExp][] = [
    [["get", "desktop/a.txt"], 2, /"desktop\/a\.txt" is not DEVICE:PATH \(did you mean "desktop:a\.txt"\?\)\n$/],
    [["get", ":a.txt"], 2, /":a\.txt" names no device: DEVICE:PATH, as in desktop:a\.txt\n$/],
    [["get", "C:\\a.txt"], 2, /is a path of this machine, not DEVICE:PATH\n$/],
    [["get", "desktop:a", "--parallel", "33"], 2, /--parallel "33": not a whole number from 1 to 32\n$/],
    [["get", "desktop:a", "--paralel", "3"], 2, /unknown flag --paralel \(did you mean --parallel\?\)\n$/],
    [["get", "desktop:"], 2, /"" names no file: -r fetches folders\n$/],
    [["get"], 2, /^edgemesh: get needs an argument: edgemesh get DEVICE:PATH/],
    [["get", "dektop:a"], 1, /no device "dektop" \(did you mean desktop\?\)\n$/],
    [["put", "a.txt"], 2, /^edgemesh: put needs an argument: edgemesh put FILE… DEVICE:PATH/],
    [["put", "/", "desktop:"], 2, /^edgemesh: \/ is a folder: -r puts folders\n$/],
    [["put", "/nowhere/a", "desktop:"], 1, /^edgemesh: Cannot read \/nowhere\/a: no such file or folder\n$/],
    [["ls", "desktop"], 2, /did you mean "desktop:"\?\)\n$/],
  ];
  for (const [args, code, message] of cases) {
    const [command = "", ...rest] = args;
    const outcome = await device.run(command, ...rest);
    assertMatch(outcome.stderr, message);
    assertEquals([args, outcome.code, outcome.stdout], [args, code, ""]);
  }
  await using older = await CannedDevice.start({ files: {}, answers: { ListFiles: () => new Failure(12, "unknown") } });
  assertMatch(
    (await older.run("ls", "desktop:")).stderr,
    /^edgemesh: the agent is too old for listing files: update it\n$/,
  );
});

Deno.test("ls prints names, with -l sizes and times, and of all pages", async () => {
  const first = { path: "p/a b", size_bytes: 2_000_000, modified_at: 0 };
  const second = { path: "p/\x1b[2Jc", is_folder: true };
  await using device = await CannedDevice.start({
    files: {},
    answers: {
      ListFiles: ({ page_token }) =>
        page_token === "" ? { entries: [first], next_page_token: "2" } : { entries: [second], left_out: 1 },
    },
  });
  const { code, stdout, stderr } = await device.run("ls", "desktop:p");
  assertEquals([code, stdout], [0, "a b\nc/\n"]);
  assertEquals(stderr, "edgemesh: 1 left out: no regular files, or not to be read\n");
  assertEquals((await device.run("ls", "desktop:p", "-r")).stdout, "p/a b\np/c/\n");
  const long = (await device.run("ls", "desktop:p", "-l")).stdout;
  assertEquals(long, "SIZE  MODIFIED  NAME\n2 MB  -         a b\n   -  -         c/\n");
  const { entries, left_out } = JSON.parse((await device.run("ls", "desktop:p", "--json")).stdout);
  assertEquals([entries.map(({ path }: { path: string }) => path), left_out], [["p/a b", "p/\x1b[2Jc"], 1]);
  assert(device.agent.requests("ListFiles").every(({ path }) => path === "p"));
});
