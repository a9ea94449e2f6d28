import { join } from "node:path";
import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { confineArguments, isConfined } from "./confine.ts";
import { CommandRunner } from "./run.ts";

/**
 * `share/` with a file, a folder and links, beside `outside/` with a secret. `linkedShare` is a link to the shared folder.
 */
class Folders implements Disposable {
  readonly base = Deno.realPathSync(Deno.makeTempDirSync());
  readonly share = join(this.base, "share");
  readonly linkedShare = join(this.base, "linked-share");

  constructor() {
    for (const folder of ["share/in/deep", "outside/deep", "share-beside"]) {
      Deno.mkdirSync(join(this.base, folder), { recursive: true });
    }
    for (const file of ["share/file", "share/-L", "outside/secret", "share-beside/secret"]) {
      Deno.writeTextFileSync(join(this.base, file), file + "\n");
    }
    Deno.symlinkSync(this.share, this.linkedShare);
    this.link("../outside", "out");
    this.link(join(this.base, "outside/secret"), "out-file");
    this.link("../outside/deep", "out-deep");
    this.link("in/deep", "in-deep");
    this.link("../share/file", "round-about");
    this.link("nowhere", "dangling-inside");
    this.link("../outside/nowhere", "dangling-outside");
    this.link("out-file", "chain");
    this.link("loop", "loop");
    this.link("/proc/self/cwd", "proc");
  }

  link(target: string, name: string): void {
    Deno.symlinkSync(target, join(this.share, name));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.base, { recursive: true });
  }
}

const OUTSIDE = "is outside the shared folder";

async function refused(command: string, args: string[], root: string, message: string): Promise<void> {
  const error = await assertRejects(() => confineArguments(command, args, root), MeshError, message);
  assertEquals(error.code, "PERMISSION_DENIED");
}

Deno.test("ls and cat are confined by whatever path they are called; other commands are not", () => {
  assertEquals(["ls", "cat", "/bin/ls", "/usr/bin/cat"].map(isConfined), [true, true, true, true]);
  assertEquals(["pwd", "lsblk", "/opt/cat/tool"].map(isConfined), [false, false, false]);
});

Deno.test("paths inside the shared folder are let through", async () => {
  using folders = new Folders();
  const { share, linkedShare } = folders;
  const good = [
    "file",
    ".",
    "",
    "in",
    "in/",
    "in/../file",
    "./in/./deep/../../file",
    share,
    `${share}/`,
    `${share}/in`,
  ];
  good.push("in-deep", "in-deep/..", "round-about", "dangling-inside", "not-there", "in/not/there", "../share/file");
  good.push(`${linkedShare}/file`, "日本", "a\nb", "file/not-a-folder");
  for (const path of good) await confineArguments("cat", [path], share);
});

Deno.test("paths that lead out of the shared folder are refused", async () => {
  using folders = new Folders();
  const { share, base } = folders;
  const bad = ["..", "../outside/secret", "in/../../outside/secret", "/", "/etc/passwd", `${share}/../outside`, base];
  bad.push(`${share}-beside/secret`, "../share-beside/secret", "../not-there", "//etc/passwd", "/not/there");
  for (const path of bad) await refused("cat", [path], share, `path ${JSON.stringify(path)} ${OUTSIDE}`);
});

Deno.test("links that lead out of the shared folder are refused", async () => {
  using folders = new Folders();
  const { share } = folders;
  const bad = ["out", "out/", "out/secret", "out-file", "chain", "dangling-outside", "in/../out-file", "out/not-there"];
  bad.push("proc", "proc/file", "/proc/self/cwd/file", "/proc/self/root/etc/passwd", `${share}/out-file`);
  for (const path of bad) await refused("ls", [path], share, OUTSIDE);
});

Deno.test("a parent step after a link is the parent of where the link led", async () => {
  using folders = new Folders();
  for (const path of ["out-deep/../secret", "out/..", "out-deep/..", "not-there/../file", "in/not/../../../outside"]) {
    await refused("cat", [path], folders.share, OUTSIDE);
  }
});

Deno.test("what cannot be followed to its end is refused", async () => {
  using folders = new Folders();
  await refused("cat", ["loop"], folders.share, "cannot be followed to its end");
  await refused("cat", ["x".repeat(5_000)], folders.share, "cannot be followed to its end");
});

Deno.test("a path longer than any that can be opened is refused without following it", async () => {
  using folders = new Folders();
  await refused("cat", [`${"in/../".repeat(800)}file`], folders.share, "cannot be followed");
  await confineArguments("cat", [`${"in/../".repeat(600)}file`], folders.share);
});

Deno.test("paths are followed no further once nobody wants the command any more", async () => {
  using folders = new Folders();
  const caller = new AbortController();
  const args = Array.from({ length: 1000 }, () => "in/deep/nothing");
  const checking = confineArguments("ls", args, folders.share, caller.signal);
  caller.abort(new Error("gone"));
  await assertRejects(() => checking, Error, "gone");
});

Deno.test("links whose name is not text are not followed by another name", async () => {
  using folders = new Folders();
  const script = `ln -s /etc/passwd "$(printf 'bad\\377')"; ln -s "$(printf 'bad\\377')" odd`;
  await new Deno.Command("sh", { args: ["-c", script], cwd: folders.share }).output();
  assertEquals(Deno.lstatSync(join(folders.share, "odd")).isSymlink, true);
  await assertRejects(() => confineArguments("cat", ["odd"], folders.share), MeshError, 'path "odd"');
});

Deno.test("harmless options are let through", async () => {
  using folders = new Folders();
  const lines: [string, string[]][] = [
    ["ls", ["-la", "-1", "--color=never", "--sort=size", "-R", "--time-style=+%s", "in"]],
    ["/bin/ls", ["in", "-l", "--all"]],
    ["cat", ["-n", "file", "-", "--number", "--", "-L"]],
    ["cat", ["-"]],
    ["ls", []],
  ];
  for (const [command, args] of lines) await confineArguments(command, args, folders.share);
});

Deno.test("options that follow links, name a file or are unknown are refused", async () => {
  using folders = new Folders();
  const ls = ["-L", "-H", "-lL", "-RL", "--dereference", "--dereference-command-line", "-f/etc/passwd", "--file=../x"];
  ls.push(
    "--files0-from=/etc/passwd",
    "--deref",
    "--a",
    "-w80",
    "-I",
    "-T",
    "-D",
    "--color=never=x\0".slice(0, 3),
    "-é",
  );
  ls.push("---", "--all=x", "--ALL");
  for (const option of ls) await refused("ls", [option], folders.share, "is not allowed here");
  for (const option of ["-f", "-L", "--files0-from=x", "--show", "-l"]) {
    await refused("/bin/cat", [option, "file"], folders.share, "is not allowed here");
  }
  await refused("cat", ["-f", "/etc/passwd"], folders.share, `option "-f" of cat is not allowed here`);
  await refused("cat", ["file", "-f/etc/passwd"], folders.share, "is not allowed here");
});

Deno.test("what looks like an option is a path after --, and after a path it must be good as both", async () => {
  using folders = new Folders();
  folders.link("../outside/secret", "-n");
  folders.link("../outside/secret", "-");
  await refused("cat", ["--", "-n"], folders.share, OUTSIDE);
  await refused("cat", ["file", "-n"], folders.share, OUTSIDE);
  await refused("ls", ["file", "--", "-"], folders.share, OUTSIDE);
  await confineArguments("cat", ["-n", "file"], folders.share);
  await refused("cat", ["--", "--", "../outside/secret"], folders.share, OUTSIDE);
});

Deno.test("the real ls and cat work through a shared folder that is itself a link, and show no secret", async () => {
  using folders = new Folders();
  const { linkedShare: share } = folders;
  const runner = new CommandRunner({ allow: ["ls", "cat", "/bin/cat", "head"], share });
  assertEquals((await runner.run("cat", ["file"])).stdout, "share/file\n");
  assertEquals((await runner.run("/bin/cat", ["--", `${share}/-L`, "-"])).stdout, "share/-L\n");
  assertEquals((await runner.run("ls", ["in"])).stdout, "deep\n");
  assertEquals((await runner.run("cat", ["not-there"])).exit_code, 1);
  for (const args of [["out-file"], ["../outside/secret"], ["--", "chain"], ["-n", "out-deep/../secret"]]) {
    await assertRejects(() => runner.run("/bin/cat", args), MeshError, OUTSIDE);
  }
  const listing = (await runner.run("ls", ["-lR"])).stdout;
  assertEquals(listing.includes("out -> ../outside\n"), true);
  assertEquals(listing.includes(" secret\n"), false);
  // The owner allowed it: its arguments are its own affair.
  assertEquals((await runner.run("head", ["-n1", "../outside/secret"])).stdout, "outside/secret\n");
  await runner.stop();
});
