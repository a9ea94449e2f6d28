import { assert, assertEquals, assertMatch } from "./assert.ts";
import { agrees, examples, fencedBlocks, invariant } from "./readme/examples.ts";
import { CHECKOUT, ReadmeMesh } from "./readme/readme_mesh.ts";

const README = Deno.readTextFileSync(`${CHECKOUT}README.md`);

/** What is not run here, and where it is. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "npx -y deno@2.9.3 task demo": "tests/demo_test.ts; as it stands, by .ci/run",
  "npx -y deno@2.9.3 task test": "it runs this test; as it stands, by .ci/run",
  "edgemesh put holiday.jpg desktop:pictures/": "tests/file_commands_test.ts: no device here has an inbox",
  "edgemesh screen desktop": "cli/screen_test.ts, and in a browser tests/screen: here is no screen",
  "edgemesh screen desktop --save desktop.jpg": "the same",
  "edgemesh screen desktop --save desktop.mjpeg --seconds 10": "the same",
  "deno task compile": ".ci/run, where a base runtime is at hand",
  "deno task compile --self-extracting": ".ci/run, which then uses the program",
};

/** Commands of which the mesh decides which device does the work. */
const PLACED = /^edgemesh (submit|jobs?|preview-cost)\b/;
const DEVICES = ["laptop", "desktop"];

/** Whether this machine has the program that a line begins with, where not every machine has it. */
function isInstalled(command: string): boolean {
  if (!command.startsWith("curl ")) return true;
  try {
    return new Deno.Command("curl", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

Deno.test("every command of the README prints what the README shows", async (t) => {
  await using mesh = await ReadmeMesh.start();
  const skipped: string[] = [];
  for (const { command, shown } of examples(README)) {
    if (command in ELSEWHERE) {
      assertEquals(shown, [], `${command} is not run here, so nothing may be shown under it`);
      skipped.push(command);
    } else if (/^edgemesh agent\b(?!.*--print)/.test(command)) {
      await t.step(command, async () => {
        // Its log and its own line go to two streams, which may meet in another order.
        const printed = (await mesh.startAgent(command, shown)).map(invariant).sort();
        assertEquals(printed, shown.map(invariant).sort());
      });
    } else {
      await t.step({
        name: command,
        ignore: !isInstalled(command),
        async fn() {
          const { code, lines } = await mesh.run(command, shown);
          const said = lines.join("\n");
          assert(
            agrees(shown, lines, PLACED.test(command) ? DEVICES : []),
            `shown: ${shown.join("\n")}\nprinted: ${said}`,
          );
          const fails = shown.length > 0 && shown.every((line) => line.startsWith("edgemesh: "));
          assertEquals(code !== 0, fails, `exit code ${code}: ${said}`);
        },
      });
    }
  }
  await t.step("the library's example runs", async () => {
    const [source = "", ...others] = fencedBlocks(README, "ts");
    assertEquals(others, []);
    const { code, text } = await mesh.runModule(source);
    assertEquals(code, 0, text);
    // The agent joins while the program goes on.
    assertMatch(
      text,
      /^kiosk runs\n(?:(?:laptop|desktop) true\n|kiosk (?:true|false)\n){2,3}frame 118 .*\nframe 119 .*\n\nDONE\n$/m,
    );
  });
  assertEquals(skipped, Object.keys(ELSEWHERE));
  assertEquals(await mesh.stop(), [0, 0]);
});

Deno.test("every command of this version has an example in the README, or is named there", async () => {
  const { COMMANDS } = await import("../cli/command_table.ts");
  const shown = examples(README).map(({ command }) => command).join("\n");
  for (const { name } of COMMANDS) assertMatch(shown, new RegExp(`edgemesh ${name}(?!\\S)`));
});

Deno.test("every file that the README links to is there", async () => {
  const links = [...README.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
  assert(links.length > 5);
  for (const target of links.filter((link) => !/^https?:/.test(link))) {
    if (target.startsWith("#")) assertMatch(README, new RegExp(`^#+ ${target.slice(1).replaceAll("-", " ")}$`, "mi"));
    else await Deno.stat(`${CHECKOUT}${target}`);
  }
});

Deno.test("what is shown must agree with what is printed, but for ids, times, sizes and addresses", () => {
  const shown = ["laptop  3f2a91c0  linux/amd64  12 %  22.4 GB  -  1 s ago", "done in 8.3 s"];
  assert(agrees(shown, ["laptop   ffffffff  darwin/arm64  - 900 MB  -  now", "done in 12 ms"]));
  assert(!agrees(shown, ["desktop  ffffffff  linux/amd64  12 %  22.4 GB  -  now", "done in 12 ms"]));
  assert(agrees(shown, ["desktop  ffffffff  linux/amd64  12 %  22.4 GB  -  now", "done in 12 ms"], DEVICES));
  assert(!agrees(shown, [shown[0] ?? ""]));
  const calibrated = ["28  32     -      -   1324  76.7  431 ms", "6.1 tokens/s"];
  assert(agrees(calibrated, ["9  32  2 ms  1.2 s    912  4.05    2.0 s", "12 tokens/s"]));
  assert(!agrees(calibrated, ["9  32  2 ms  1.2 s    912    2.0 s", "12 tokens/s"]));
  const report = ["desktop  llama3.2:3b  3  0.7 %  1170 %  × 0.98  1 s ago"];
  assert(agrees(report, ["desktop  llama3.2:3b  2  12 %     9 %  × 1.12  now"]));
  assert(!agrees(report, ["desktop  llama3.2:1b  3  0.7 %  1170 %  × 0.98  1 s ago"]));
  assert(agrees(["a", "…", "z"], ["a", "b", "c", "z"]));
  assert(!agrees(["a", "…", "z"], ["a", "b", "y"]));
  assert(!agrees([], ["something"]));
});
