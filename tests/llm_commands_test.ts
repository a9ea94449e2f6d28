import { startProgram } from "../cli/cli_harness.ts";
import { assertEquals, assertMatch } from "./assert.ts";
import { TwoDevices } from "./two_devices.ts";

Deno.test("what calibrate measures decides which device answers, and cost-report says how right that was", async () => {
  await using mesh = await TwoDevices.start();
  assertEquals((await mesh.run("cost-report")).stdout.split(":")[0], "Nothing was measured yet");
  for (const device of ["laptop", "desktop"]) {
    const { code, stdout } = await mesh.run("calibrate", device);
    assertEquals(code, 0);
    assertMatch(stdout, new RegExp(`^${device} {2}llama3\\.2:latest\n(.*\n){5}\nfrom now on: prefill .*, decode `));
  }
  const answered = JSON.parse((await mesh.run("llm", "hello there", "--max-tokens", "20", "--json")).stdout);
  assertEquals([answered.device_name, answered.tokens_generated, answered.finish_reason], ["desktop", 20, "length"]);
  const named = await mesh.run("llm", "hello there", "--max-tokens", "4", "--device", "laptop", "--stream");
  assertEquals([named.code, named.stdout], [0, "hello there hello there\n"]);
  const { errors } = JSON.parse((await mesh.run("cost-report", "--json")).stdout);
  assertEquals(
    errors.map((error: { device_name: string; generations: number }) => [error.device_name, error.generations]),
    [
      ["desktop", 1],
      ["laptop", 1],
    ],
  );
});

Deno.test("Ctrl-C stops the model, seen at its server", async () => {
  await using mesh = await TwoDevices.start();
  const args = ["hello there", "--max-tokens", "100000", "--stream", "--device", "desktop"];
  const child = startProgram(mesh.line("llm", ...args));
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGINT");
  const { code } = await child.status;
  await Promise.all([reader.cancel(), child.stderr.cancel()]);
  assertEquals(code, 130);
  await mesh.desktop.until(() => mesh.desktop.requests.some(({ state }) => state === "stopped"));
});

Deno.test("a placement spreads prompts over both devices, and runs none", async () => {
  await using mesh = await TwoDevices.start();
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const tasks = Array.from({ length: 6 }, (_, at) => ({
      task_id: `t${at}`,
      kind: "LLM_GENERATE",
      input: "hello",
      max_output_tokens: 100,
    }));
    await Deno.writeTextFile(path, JSON.stringify({ groups: [{ tasks }] }));
    const { code, stdout } = await mesh.run("preview-cost", path, "--placement");
    assertEquals(code, 0);
    assertMatch(stdout, /\nt0 +LLM_GENERATE +(laptop|desktop) +llama3\.2:latest +/);
    assertMatch(stdout, /\nwhole mesh: .* for 6 tasks on 2 devices\n/);
    assertEquals(mesh.laptop.requests.length + mesh.desktop.requests.length, 0);
  } finally {
    await Deno.remove(path);
  }
});
