import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../tests/assert.ts";
import { makeSelfExtracting, type Payload } from "./self_extracting.ts";

/** Stands in for the program: does what its third argument says, after `run` and the path of the main module. */
const PROGRAM = `#!/bin/sh
[ "$1" = --version ] && exit 0
main=$2
shift 2
case $1 in
show) shift; cat "$main"; for word; do printf '<%s>' "$word"; done ;;
code) exit "$2" ;;
stdin) cat ;;
env) env ;;
umask) umask ;;
wait) trap 'exit 7' TERM; echo "$$"; while :; do sleep 0.02; done ;;
esac
`;

/** What a start printed and how it ended. */
interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A self-extracting file in a folder of its own, whose name has blanks, and a cache folder. */
class Installed implements AsyncDisposable {
  private constructor(readonly root: string, readonly file: string, readonly cache: string) {}

  static async make(program = PROGRAM): Promise<Installed> {
    const root = await Deno.makeTempDir({ prefix: "edgemesh launcher " });
    const file = `${root}/the program.run`;
    await Deno.writeFile(file, await makeSelfExtracting(payload(program)), { mode: 0o755 });
    return new Installed(root, file, `${root}/the cache`);
  }

  async start(args: string[], options: { stdin?: string; env?: Record<string, string>; command?: string[] } = {}) {
    const [command = this.file, ...before] = options.command ?? [];
    const child = new Deno.Command(command, {
      args: [...before, ...args],
      cwd: this.root,
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", XDG_CACHE_HOME: this.cache, ...options.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    // A program that reads nothing may be gone before this is written.
    await writer.write(new TextEncoder().encode(options.stdin ?? "")).catch(() => {});
    await writer.close().catch(() => {});
    const { code, stdout, stderr } = await child.output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: decode(stdout), stderr: decode(stderr) } satisfies Outcome;
  }

  /** The unpacked folders, and what an unfinished unpacking left. */
  unpacked(): string[] {
    try {
      return [...Deno.readDirSync(`${this.cache}/edgemesh`)].map(({ name }) => `${this.cache}/edgemesh/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  onlyFolder(): string {
    const folders = this.unpacked();
    assertEquals(folders.length, 1, folders.join());
    return folders[0] ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

function payload(program: string): Payload {
  const encode = (text: string) => new TextEncoder().encode(text);
  return {
    version: "1.2.3",
    target: "test-target",
    files: new Map([
      ["runtime", encode(program)],
      ["program/deep/main.js", encode("main ")],
      ["program/deep/large.bin", crypto.getRandomValues(new Uint8Array(20_000))],
    ]),
    program: "runtime",
    probe: "--version",
    args: ["run"],
    main: "program/deep/main.js",
  };
}

/** `said` is one line that begins and contains as given, and nothing was left behind in the cache. */
function assertRefused(installed: Installed, outcome: Outcome, contains: string): void {
  assertMatch(outcome.stderr, /^edgemesh: .*\n$/);
  assertStringIncludes(outcome.stderr, contains);
  assertEquals([outcome.code, outcome.stdout, installed.unpacked()], [1, "", []]);
}

const posix = (name: string, run: () => Promise<void>) =>
  Deno.test({ name: `self-extracting: ${name}`, ignore: Deno.build.os === "windows", fn: run });

posix("the first start unpacks into a private folder; arguments arrive as they were given", async () => {
  await using installed = await Installed.make();
  const args = ["two words", "", "*", "--flag=\"'$HOME'", "\\n", "-"];
  for (let start = 0; start < 2; start++) {
    const outcome = await installed.start(["show", ...args]);
    assertEquals(outcome, { code: 0, stdout: "main " + args.map((word) => `<${word}>`).join(""), stderr: "" });
  }
  const { mode } = await Deno.stat(installed.onlyFolder());
  assertEquals((mode ?? 0) & 0o777, 0o700);
});

posix("it runs under every shell that is there", async () => {
  for (const command of [["sh"], ["bash", "--posix"], ["busybox", "sh"], ["ksh"], ["zsh", "--emulate", "sh"]]) {
    await using installed = await Installed.make();
    try {
      const outcome = await installed.start(["show", "a b"], { command: [...command, installed.file] });
      assertEquals(outcome, { code: 0, stdout: "main <a b>", stderr: "" }, command.join(" "));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
});

posix("standard input, exit code and umask pass through", async () => {
  await using installed = await Installed.make();
  assertEquals(await installed.start(["stdin"], { stdin: "x\ny" }), { code: 0, stdout: "x\ny", stderr: "" });
  assertEquals((await installed.start(["code", "42"])).code, 42);
  await Deno.remove(installed.onlyFolder(), { recursive: true });
  const outcome = await installed.start(["umask"], {
    command: ["sh", "-c", 'umask 027; exec "$@"', "-", installed.file],
  });
  assertEquals(outcome.stdout, "0027\n");
});

posix("a signal reaches the program itself, which has the launcher's process id", async () => {
  await using installed = await Installed.make();
  const child = new Deno.Command(installed.file, {
    args: ["wait"],
    env: { XDG_CACHE_HOME: installed.cache },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), `${child.pid}\n`);
  child.kill("SIGTERM");
  const [{ code }] = await Promise.all([child.status, reader.cancel()]);
  assertEquals(code, 7);
});

posix("it runs through a symbolic link and through PATH", async () => {
  await using installed = await Installed.make();
  await Deno.mkdir(`${installed.root}/bin`);
  await Deno.symlink("../the program.run", `${installed.root}/bin/edgemesh`);
  const throughLink = await installed.start(["show"], { command: ["bin/edgemesh"] });
  assertEquals(throughLink, { code: 0, stdout: "main ", stderr: "" });
  await Deno.remove(installed.onlyFolder(), { recursive: true });
  const path = `${installed.root}/bin:${Deno.env.get("PATH")}`;
  const throughPath = await installed.start(["show"], { command: ["sh", "-c", "edgemesh show"], env: { PATH: path } });
  assertEquals(throughPath, { code: 0, stdout: "main ", stderr: "" });
});

posix("several first starts at once all work and leave one folder", async () => {
  await using installed = await Installed.make();
  const outcomes = await Promise.all(Array.from({ length: 6 }, (_, n) => installed.start(["show", `${n}`])));
  assertEquals(outcomes, outcomes.map((_, n) => ({ code: 0, stdout: `main <${n}>`, stderr: "" })));
  assertEquals([...Deno.readDirSync(installed.onlyFolder())].map(({ name }) => name).sort(), [
    "program",
    "runtime",
    "unpacked",
  ]);
});

const DAMAGE: Record<string, (folder: string) => Promise<void>> = {
  "overwritten with as many bytes": (folder) => Deno.writeTextFile(`${folder}/program/deep/main.js`, "evil "),
  "made longer, its time put back": async (folder) => {
    await Deno.writeTextFile(`${folder}/program/deep/main.js`, "evil, too ");
    await Deno.utime(`${folder}/program/deep/main.js`, 946_684_800, 946_684_800);
  },
  "deleted": (folder) => Deno.remove(`${folder}/program/deep/main.js`),
  "exchanged for a link": async (folder) => {
    await Deno.remove(`${folder}/program/deep/main.js`);
    await Deno.symlink("/etc/hostname", `${folder}/program/deep/main.js`);
  },
  "open to be written by others": (folder) => Deno.chmod(`${folder}/program/deep/main.js`, 0o666),
  "in a folder that others may write to": (folder) => Deno.chmod(`${folder}/program/deep`, 0o777),
};

for (const [damage, inflict] of Object.entries(DAMAGE)) {
  posix(`an unpacked file that was ${damage} is unpacked anew`, async () => {
    await using installed = await Installed.make();
    await installed.start(["show"]);
    await inflict(installed.onlyFolder());
    assertEquals(await installed.start(["show"]), { code: 0, stdout: "main ", stderr: "" });
    const path = `${installed.onlyFolder()}/program/deep/main.js`;
    assertEquals(await Deno.readTextFile(path), "main ");
    assertEquals(((await Deno.lstat(path)).mode ?? 0) & 0o022, 0);
  });
}

posix("a truncated or altered file is refused before anything of it is unpacked", async () => {
  await using installed = await Installed.make();
  const bytes = await Deno.readFile(installed.file);
  await Deno.writeFile(installed.file, bytes.subarray(0, bytes.length - 100));
  assertRefused(installed, await installed.start(["show"]), "is damaged");
  const last = bytes.length - 50;
  bytes[last] = 1 ^ (bytes[last] ?? 0);
  await Deno.writeFile(installed.file, bytes);
  assertRefused(installed, await installed.start(["show"]), "is damaged");
});

posix("a cache folder that cannot be written is said in one line", async () => {
  await using installed = await Installed.make();
  await Deno.writeTextFile(`${installed.root}/file`, "");
  const outcome = await installed.start(["show"], { env: { XDG_CACHE_HOME: `${installed.root}/file` } });
  assertRefused(installed, outcome, `cannot write to ${installed.root}/file/edgemesh: set XDG_CACHE_HOME`);
});

posix("without HOME it says what to set; a relative XDG_CACHE_HOME does not count", async () => {
  await using installed = await Installed.make();
  for (const env of [{ XDG_CACHE_HOME: "" }, { XDG_CACHE_HOME: "x" }, { XDG_CACHE_HOME: "", HOME: "x" }]) {
    assertRefused(installed, await installed.start(["show"], { env }), "HOME is not set");
  }
  const env = { XDG_CACHE_HOME: "", HOME: installed.root };
  assertEquals((await installed.start(["show"], { env })).stdout, "main ");
  assert((await Deno.stat(`${installed.root}/.cache/edgemesh`)).isDirectory);
});

posix("no room to unpack is said in one line", async () => {
  await using installed = await Installed.make();
  // The shell's limit on the size of a file, in blocks of 512 bytes, stands in for a full disk.
  const command = ["sh", "-c", 'ulimit -f 10; exec "$@"', "-", installed.file];
  assertRefused(installed, await installed.start(["show"], { command }), "cannot unpack into");
});

posix("a cache folder in which others may write is refused", async () => {
  await using installed = await Installed.make();
  await Deno.mkdir(`${installed.cache}/edgemesh`, { recursive: true });
  await Deno.chmod(`${installed.cache}/edgemesh`, 0o777);
  assertRefused(installed, await installed.start(["show"]), "others may write to");
});

posix("on a device that cannot run the program it says what the program is for", async () => {
  await using installed = await Installed.make("#!/bin/sh\nexit 1\n");
  assertRefused(installed, await installed.start(["show"]), "this is the program for test-target");
});

posix("what the user set for Deno and Node does not reach the program, everything else does", async () => {
  await using installed = await Installed.make();
  const env = {
    DENO_V8_FLAGS: "--x",
    DENO_DIR: "/x",
    DENO_CERT: "/x",
    NODE_OPTIONS: "--x",
    EDGEMESH_KEY: "k",
    NOTE: "a\nb",
  };
  const { stdout } = await installed.start(["env"], { env });
  const lines = stdout.split("\n").filter((line) => /^(?:DENO|NODE)_/.test(line)).sort();
  assertEquals(lines, [`DENO_DIR=${installed.onlyFolder()}/deno_dir`, "DENO_NO_UPDATE_CHECK=1"]);
  assertStringIncludes(stdout, "EDGEMESH_KEY=k\n");
  assertStringIncludes(stdout, "NOTE=a\nb\n");
});

Deno.test("self-extracting: the same payload gives the same bytes", async () => {
  const same = payload(PROGRAM);
  assertEquals(await makeSelfExtracting(same), await makeSelfExtracting(same));
});

Deno.test("self-extracting: a path that a shell could take apart is refused", async () => {
  const odd = { ...payload(PROGRAM), files: new Map([["a b", new Uint8Array()]]) };
  await assertRejects(() => makeSelfExtracting(odd), Error, 'Cannot pack "a b"');
});
