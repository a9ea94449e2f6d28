import { assert, assertEquals, assertStringIncludes } from "../../tests/assert.ts";
import { type NamedOutput, summaryPrompt } from "./summary_prompt.ts";

function outputs(count: number, output: string, deviceName = "desk"): NamedOutput[] {
  return Array.from({ length: count }, () => ({ deviceName, output }));
}

/** Headings that stand in a prompt. */
function headings(text: string): number {
  return text.split("--- output of ").length - 1;
}

Deno.test("a job's description and its outputs are in the prompt, each under its device's name", () => {
  assertEquals(summaryPrompt(' look "around" ', [...outputs(1, "fine"), ...outputs(1, "broken", "hall")]), {
    text: 'The job was described as: "look \\"around\\""\n\n' +
      "--- output of desk ---\nfine\n\n--- output of hall ---\nbroken",
    shown: 2,
    cut: 0,
  });
  assertEquals(summaryPrompt("", outputs(1, "fine")).text, "--- output of desk ---\nfine");
});

Deno.test("however many outputs there are, their headings count, and as many are shown as are said to be", () => {
  for (const [count, length] of [[10_000, 5], [10_000, 0], [300, 160], [100, 1000], [3, 1e6], [1, 1e6]] as const) {
    const { text, shown, cut } = summaryPrompt("", outputs(count, "x".repeat(length)));
    const what = `${count} outputs of ${length} characters`;
    assert(text.length <= 48_000, `${what}: ${text.length} characters`);
    assert(text.length > 45_000, `${what}: only ${text.length} characters`);
    assertEquals(headings(text), shown, what);
    assertEquals(text.split(" […]").length - 1, cut, what);
  }
});

Deno.test("short outputs are shown whole, and the longest are cut alike", () => {
  const all = [...outputs(50, "short"), ...outputs(1, "y".repeat(1e6)), ...outputs(1, "z".repeat(1e5))];
  const { text, shown, cut } = summaryPrompt("", all);
  assertEquals([shown, cut, text.split("short").length - 1], [52, 2, 50]);
  assertEquals(text.split("y").length, text.split("z").length);
  assert(text.length > 47_900 && text.length <= 48_000, `${text.length} characters`);
});

Deno.test("no more outputs are read than have room", () => {
  let read = 0;
  function* endless() {
    for (;;) {
      read++;
      yield { deviceName: "desk", output: "out" };
    }
  }
  const { shown } = summaryPrompt("", endless());
  assertEquals(read, shown + 1);
});

Deno.test("descriptions and names of any length leave the outputs their room", () => {
  const { text } = summaryPrompt("t".repeat(1e6), outputs(1, "fine", `desk\n${"n".repeat(1e6)}`));
  assert(text.length < 2300, `${text.length} characters`);
  assertStringIncludes(text, "--- output of desk nnn");
  assert(text.endsWith("… ---\nfine"), text.slice(-50));
});
