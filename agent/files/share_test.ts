import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { TemporaryFolder } from "../../tests/processes.ts";
import { type ErrorCode, MeshError } from "../core/errors.ts";
import { identityText } from "./identity.ts";
import { Share } from "./share.ts";

const UNIX = Deno.build.os !== "windows";

/** A shared folder with a file in it, beside a secret. */
function shared(folder: TemporaryFolder): Share {
  Deno.mkdirSync(folder.file("shared/sub"), { recursive: true });
  folder.write("shared/a.txt", "hello");
  folder.write("shared/sub/b.txt", "world");
  folder.write("secret.txt", "secret");
  return new Share(folder.file("shared"));
}

async function assertRefused(share: Share, path: string, code: ErrorCode, message: string): Promise<void> {
  for (const way of [() => share.look(path), () => share.open(path)]) {
    const error = await assertRejects(way, MeshError, message);
    assertEquals(error.code, code, path);
  }
}

async function textOf(share: Share, path: string): Promise<string> {
  await using file = await share.open(path);
  const buffer = new Uint8Array(100);
  return new TextDecoder().decode(buffer.subarray(0, await file.read(buffer, 0)));
}

Deno.test("files of the shared folder are opened by relative and absolute paths, and by links that stay inside", async () => {
  using folder = new TemporaryFolder();
  const share = shared(folder);
  assertEquals(await textOf(share, "a.txt"), "hello");
  assertEquals(await textOf(share, "./sub/../sub//b.txt"), "world");
  assertEquals(await textOf(share, folder.file("shared/sub/b.txt")), "world");
  Deno.symlinkSync("sub/b.txt", folder.file("shared/link"));
  assertEquals(await textOf(share, "link"), "world");
  assertEquals(identityText(await share.look("link")), identityText(await share.look("sub/b.txt")));
});

Deno.test("names with quotes, line ends and emoji are names like any other", { ignore: !UNIX }, async () => {
  using folder = new TemporaryFolder();
  const share = shared(folder);
  const name = `"quoted" 'n\nline\t🌍%2e\\.txt`;
  folder.write(`shared/${name}`, "odd");
  assertEquals(await textOf(share, name), "odd");
});

Deno.test("nothing outside the shared folder is opened, and nobody learns what is there", async () => {
  using folder = new TemporaryFolder();
  const share = shared(folder);
  Deno.symlinkSync("../secret.txt", folder.file("shared/out"));
  Deno.symlinkSync("..", folder.file("shared/up"));
  Deno.symlinkSync("loop", folder.file("shared/loop"));
  const outside = ["../secret.txt", "../none.txt", "sub/../../secret.txt", folder.file("secret.txt"), "out", "loop"];
  for (const path of [...outside, "up/secret.txt", "/etc/passwd", "/proc/self/environ", "x".repeat(5000)]) {
    await assertRefused(share, path, "PERMISSION_DENIED", "is not in the shared folder");
  }
});

Deno.test("what is no path, no file or not there is told apart", async () => {
  using folder = new TemporaryFolder();
  const share = shared(folder);
  await assertRefused(share, "", "INVALID_ARGUMENT", "path: is empty");
  await assertRefused(share, "a.txt\0.png", "INVALID_ARGUMENT", "NUL");
  await assertRefused(share, "none.txt", "NOT_FOUND", 'there is no file "none.txt"');
  await assertRefused(share, "a.txt/b", "NOT_FOUND", "there is no file");
  await assertRefused(share, "sub", "FAILED_PRECONDITION", "is a folder");
  await assertRefused(share, ".", "FAILED_PRECONDITION", "is a folder");
});

Deno.test("pipes and devices are refused at once, also where nobody writes", { ignore: !UNIX }, async () => {
  using folder = new TemporaryFolder();
  const share = shared(folder);
  new Deno.Command("mkfifo", { args: [folder.file("shared/pipe")] }).outputSync();
  await assertRefused(share, "pipe", "FAILED_PRECONDITION", "is no regular file");
  await assertRefused(new Share("/dev"), "null", "FAILED_PRECONDITION", "is no regular file");
});

Deno.test("a file that the agent may not read is refused", { ignore: !UNIX || Deno.uid() === 0 }, async () => {
  using folder = new TemporaryFolder();
  const share = shared(folder);
  Deno.chmodSync(folder.file("shared/a.txt"), 0);
  await assertRefused(share, "a.txt", "PERMISSION_DENIED", "may not read");
});

Deno.test("an opened file stays the one that it was, and tells when it was changed", async () => {
  using folder = new TemporaryFolder();
  const share = shared(folder);
  await using file = await share.open("a.txt");
  assertEquals([file.size, await file.isUnchanged()], [5, true]);
  Deno.writeTextFileSync(folder.file("shared/a.txt"), "longer than before");
  assertEquals(await file.isUnchanged(), false);
  await using changed = await share.open("a.txt");
  assertEquals(changed.identity === file.identity || changed.etag === file.etag, false);
});
