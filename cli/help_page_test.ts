import { assert, assertEquals, assertStringIncludes } from "../tests/assert.ts";
import { runHere } from "./cli_harness.ts";
import { flagsOf } from "./command_line.ts";
import { COMMANDS, loadAllCommands } from "./command_table.ts";
import { displayWidth } from "./output/width.ts";

Deno.test("help of each command shows its usage and every flag that it takes", async () => {
  for (const command of await loadAllCommands()) {
    const { code, stdout, stderr } = await runHere(["help", command.name]);
    assertEquals([code, stderr], [0, ""]);
    for (const form of command.usage) assertStringIncludes(stdout, `edgemesh ${form}`);
    for (const [name, flag] of Object.entries(flagsOf(command))) {
      const lines = stdout.split("\n");
      const at = lines.findIndex((line) => new RegExp(`^  (-., )?--${name}( |$)`).test(line));
      // A long one has what is said of it below.
      assert(lines.slice(at, at + 2).join().includes(flag.help), `${command.name} --${name}`);
    }
    assertEquals((await runHere([command.name, "--help"])).stdout, stdout);
  }
});

Deno.test("the list of commands has each of them once, under the name by which it is called", async () => {
  const { stdout } = await runHere(["help"]);
  const listed = [...stdout.matchAll(/^ {2}(\S+) {2,}\S/gm)].map((match) => match[1]);
  assertEquals(listed, COMMANDS.map((entry) => entry.name));
  assertEquals((await loadAllCommands()).map((command) => command.name), COMMANDS.map((entry) => entry.name));
});

Deno.test("with --json help is a document, and so is that no command was given", async () => {
  const overview = JSON.parse((await runHere(["help", "--json"])).stdout);
  assertEquals(overview.commands.length, COMMANDS.length);
  assertEquals(JSON.parse((await runHere(["--help", "--json"])).stdout), overview);
  const page = JSON.parse((await runHere(["help", "devices", "--json"])).stdout);
  assertEquals([page.name, page.flags[0]], [
    "devices",
    { name: "--watch", value: "", help: page.flags[0].help, available: true },
  ]);
  assertEquals(JSON.parse((await runHere(["devices", "--help", "--json"])).stdout), page);
  const { shell, script } = JSON.parse((await runHere(["completions", "bash", "--json"])).stdout);
  assertEquals([shell, script], ["bash", (await runHere(["completions", "bash"])).stdout]);
  const { code, stdout, stderr } = await runHere(["--json"]);
  assertEquals([code, JSON.parse(stdout).error.code, stderr], [2, "INVALID_ARGUMENT", ""]);
});

Deno.test("help fits a terminal of 120 columns", async () => {
  for (const line of [["help"], ...COMMANDS.map((entry) => ["help", entry.name])]) {
    const { stdout } = await runHere(line);
    for (const text of stdout.split("\n")) assert(displayWidth(text) <= 120, text);
  }
});

Deno.test("help of a command that does not exist names the nearest", async () => {
  const { code, stderr } = await runHere(["help", "devces"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "(did you mean devices?)");
});
