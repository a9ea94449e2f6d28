import { findCommandIn, parseCommandLine } from "../cli/command_line.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "./assert.ts";
import { TemporaryFolder, TEST_KEY } from "./processes.ts";
import { examples, fencedBlocks } from "./readme/examples.ts";
import { CHECKOUT } from "./readme/readme_mesh.ts";
import { TwoDevices } from "./two_devices.ts";

const DOC = Deno.readTextFileSync(`${CHECKOUT}docs/models.md`);
const COMMANDS = examples(DOC.replaceAll(/ \\\n +/g, " ")).map(({ command }) => command);

/** The words of a command line, as a shell splits them where it has quotes and a file for standard input at most. */
function wordsOf(line: string): string[] {
  const before = line.replace(/ <.*$/, "");
  return [...before.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** What the document shows, for a mesh that is there: its addresses, and the name of its model. */
function translated(text: string, mesh: TwoDevices): string {
  return text.replaceAll("localhost:50051", mesh.address).replaceAll("localhost:8081", mesh.http)
    .replaceAll("llama3.2:3b", "llama3.2").replaceAll('"./mod.ts"', JSON.stringify(`${CHECKOUT}mod.ts`));
}

Deno.test("every command line of the document on models is one that the program takes", async () => {
  const lines = COMMANDS.filter((line) => line.startsWith("edgemesh "));
  assert(lines.length > 8);
  for (const line of lines) {
    const { entry, argv } = findCommandIn(wordsOf(line).slice(1));
    assert(entry, line);
    parseCommandLine(await entry.load(), argv);
  }
});

Deno.test("the programs of the document on models do what it says", async () => {
  await using mesh = await TwoDevices.start();
  using folder = new TemporaryFolder();
  const programs = [...fencedBlocks(DOC, "js"), ...fencedBlocks(DOC, "ts")];
  assertEquals(programs.length, 2);
  for (const program of programs) {
    const path = folder.write("program.ts", translated(program, mesh));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--frozen", "--no-check", "--config", `${CHECKOUT}deno.json`, "-A", path],
      env: { MESH_KEY: TEST_KEY },
    }).output();
    const printed = new TextDecoder().decode(stdout);
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    assertStringIncludes(printed, "Why is the sky blue?");
  }
});

function installed(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const needsCurl = { ignore: !installed("curl") };
Deno.test("curl gets what the document on models says", needsCurl, async () => {
  await using mesh = await TwoDevices.start();
  using folder = new TemporaryFolder();
  Deno.mkdirSync(folder.file(".edgemesh"));
  folder.write(".edgemesh/mesh.key", TEST_KEY);
  const lines = COMMANDS.filter((line) => line.startsWith("curl "));
  const printed: string[] = [];
  for (const line of lines) {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", translated(line, mesh).replace("curl", "curl --silent --noproxy '*'")],
      env: { HOME: folder.path },
    }).output();
    printed.push(new TextDecoder().decode(stdout));
  }
  const [models = "", stream = ""] = printed;
  assertEquals([lines.length, JSON.parse(models).data[0].devices.length], [2, 2]);
  assertMatch(stream, /^data: \{.*"content":"Why.*\n\ndata: \[DONE\]\n\n$/s);
});
