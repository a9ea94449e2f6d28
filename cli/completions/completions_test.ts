import { assert, assertEquals, assertStringIncludes } from "../../tests/assert.ts";
import { runHere } from "../cli_harness.ts";
import { COMMANDS } from "../command_table.ts";

const NAMES = COMMANDS.map((entry) => entry.name);

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout, stderr } = await runHere(["completions", shell]);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

function installed(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** What bash offers for a line, the last word being completed. */
async function bashOffers(...words: string[]): Promise<string[]> {
  const script = `${await scriptFor("bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _edgemesh; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script, "bash", "edgemesh", ...words] })
    .output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").filter(Boolean);
}

Deno.test({
  name: "bash offers commands, flags and values",
  ignore: !installed("bash"),
  fn: async () => {
    assertEquals(await bashOffers(""), NAMES);
    assertEquals(await bashOffers("dev"), ["devices"]);
    assertEquals(await bashOffers("devices", "--wa"), ["--watch"]);
    assertEquals(await bashOffers("--json", "run", "--policy", "require"), ["require-npu", "require-local-model"]);
    assertEquals(await bashOffers("agent", "--auth", ""), ["required", "open"]);
    assertEquals(await bashOffers("submit", "--reduce", "l"), ["lines", "llm-summarize"]);
    assertEquals(await bashOffers("llm", "--s"), ["--system", "--stream", "--server"]);
    assertEquals(await bashOffers("devices", "--server", ""), []);
    assertEquals(await bashOffers("completions", "f"), ["fish"]);
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/my plan.json`, "");
      assertEquals(await bashOffers("preview-cost", `${folder}/my`), [`${folder}/my plan.json`]);
      assertEquals(await bashOffers("submit", "--plan", `${folder}/`), [`${folder}/my plan.json`]);
      assertEquals(await bashOffers("agent", "--share", `${folder}/`), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

const SYNTAX_CHECKS: Record<string, string[]> = { bash: ["-n"], zsh: ["-n"], fish: ["--no-execute"] };

for (const [shell, flags] of Object.entries(SYNTAX_CHECKS)) {
  Deno.test({
    name: `the completions for ${shell} are valid ${shell}`,
    ignore: !installed(shell),
    fn: async () => {
      const path = await Deno.makeTempFile();
      try {
        await Deno.writeTextFile(path, await scriptFor(shell));
        const { success, stderr } = await new Deno.Command(shell, { args: [...flags, path] }).output();
        assert(success, new TextDecoder().decode(stderr));
      } finally {
        await Deno.remove(path);
      }
    },
  });
}

Deno.test("every shell is offered every command and flag, and nothing that is not available yet", async () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const script = await scriptFor(shell);
    for (const name of NAMES) assertStringIncludes(script, name);
    assertStringIncludes(script, "key-file");
    assertStringIncludes(script, "prefer-remote");
    assertStringIncludes(script, "llm-summarize");
    assert(!script.includes("tls-ca"), shell);
  }
});

Deno.test("another shell is refused with those that there are", async () => {
  const { code, stderr } = await runHere(["completions", "tcsh"]);
  assertEquals([code, stderr], [
    2,
    'edgemesh: no completions for "tcsh": bash, zsh, fish, powershell (did you mean bash?)\n',
  ]);
});
