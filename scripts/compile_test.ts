import { assertEquals, assertMatch, assertThrows } from "../tests/assert.ts";
import { checkFilesOfPackages } from "./compile/bundle.ts";
import { PERMISSIONS } from "./compile/program.ts";

const DIST = new URL("../dist/", import.meta.url);

/** Runs `deno task compile` as a user would, on a network without Deno's download site. */
async function compile(args: string[], env: Record<string, string> = {}): Promise<{ code: number; said: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "compile", ...args],
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1", ...env },
    stdout: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stderr) };
}

function unfinished(): string[] {
  try {
    return [...Deno.readDirSync(DIST)].map(({ name }) => name).filter((name) => name.startsWith(".making-"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("compile: wrong usage is named in one line, with exit code 2", async () => {
  const wrong: [string[], RegExp][] = [
    [["--targt", "x"], /^unknown flag --targt \(did you mean --target\?\)\n$/],
    [["--target", "vax"], /^unknown target vax; known are x86_64-unknown-linux-gnu, .*\n$/],
    [["--all", "--self-extracting"], /^--all and --self-extracting cannot be given together\n$/],
    [["file"], /^unexpected argument file\n$/],
  ];
  for (const [args, message] of wrong) {
    const { code, said } = await compile(args);
    assertMatch(said, message);
    assertEquals(code, 2);
  }
});

Deno.test("compile: a base runtime that is not there is said in one line, and nothing half-made is left", async () => {
  const before = unfinished();
  const { code, said } = await compile([], { DENORT_BIN: "/nowhere/denort" });
  assertMatch(said, /^(?:warning: .*\n)?Cannot compile: DENORT_BIN is "\/nowhere\/denort", which is not a file\n$/);
  assertEquals(code, 1);
  assertEquals(unfinished(), before);
});

Deno.test("compile: an npm module that reads files which are not in the bundle is refused", () => {
  checkFilesOfPackages(
    "main.ts",
    'includeDirs: [`${__dirname}/../../proto`]\npath.join(__dirname, "../../proto/a.proto")',
  );
  const code = 'let a;\nfs.readFileSync(__dirname + "/table.bin")';
  assertThrows(() => checkFilesOfPackages("main.ts", code), Error, "Cannot bundle main.ts: line 2 of the bundle reads");
});

Deno.test("compile: the program is granted what it is granted from source, and not everything", () => {
  assertEquals(PERMISSIONS.every((flag) => /^--allow-(?:net|read|write|env|run|sys|ffi)$/.test(flag)), true);
  assertEquals(PERMISSIONS.length >= 6, true);
});
