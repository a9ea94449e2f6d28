import { assert, assertEquals, assertMatch, assertStringIncludes } from "../tests/assert.ts";
import { CannedAgent } from "./canned_agent.ts";
import { runProgram, startProgram } from "./cli_harness.ts";

const NOBODY = ["--server", "127.0.0.1:1"];

Deno.test("version and help succeed; the program alone says how it is used and fails as wrong usage", async () => {
  const version = await runProgram(["version"]);
  assertEquals([version.code, version.stderr], [0, ""]);
  assertMatch(version.stdout, /^edgemesh \d+\.\d+\.\d+ \(.+\)\n$/);
  assertEquals((await runProgram(["--version"])).stdout, version.stdout);
  const help = await runProgram(["help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertEquals((await runProgram(["--help"])).stdout, help.stdout);
  const alone = await runProgram([]);
  assertEquals([alone.code, alone.stdout], [2, ""]);
  assertMatch(alone.stderr, /^Usage: edgemesh COMMAND/);
});

Deno.test("exit codes: 1 for what failed, 2 for wrong usage, each with one line on standard error", async () => {
  const cases: [string[], number, RegExp][] = [
    [["devices", ...NOBODY], 1, /^edgemesh: no agent at 127\.0\.0\.1:1 \(connection refused\): start one with /],
    [["devcies"], 2, /^edgemesh: unknown command "devcies" \(did you mean devices\?\)/],
    [["devices", "--wach"], 2, /^edgemesh: unknown flag --wach \(did you mean --watch\?\)/],
    [["devices", "--server", "host:99999"], 2, /^edgemesh: .*99999/],
    [["version", "--timeout", "soon"], 2, /^edgemesh: .*--timeout/],
    [["status"], 2, /^edgemesh: status needs an argument: edgemesh status DEVICE/],
    [["get", "laptop"], 2, /^edgemesh: "laptop" is not DEVICE:PATH \(did you mean "laptop:"\?\)/],
  ];
  for (const [args, code, message] of cases) {
    const outcome = await runProgram(args);
    assertEquals([args, outcome.code, outcome.stdout], [args, code, ""]);
    assertMatch(outcome.stderr, message);
    assertEquals(outcome.stderr.split("\n").length, 2, outcome.stderr);
  }
});

Deno.test("with --json errors are documents on standard output", async () => {
  const failed = await runProgram(["devices", "--json", ...NOBODY]);
  assertEquals([failed.code, failed.stderr, JSON.parse(failed.stdout).error.code], [1, "", "UNAVAILABLE"]);
  const wrong = await runProgram(["devices", "--json", "--wach"]);
  assertEquals([wrong.code, wrong.stderr], [2, ""]);
  assertEquals(JSON.parse(wrong.stdout).error, {
    code: "INVALID_ARGUMENT",
    message: "unknown flag --wach (did you mean --watch?)",
  });
});

Deno.test("exec ends with the program's own exit code", async () => {
  await using agent = await CannedAgent.start({
    ExecuteCommand: () => ({ exit_code: 42, stdout: "out", stderr: "err" }),
  });
  const outcome = await runProgram(["exec", "--server", agent.address, "x"], { env: { EDGEMESH_KEY: "right" } });
  assertEquals(outcome, { code: 42, stdout: "out", stderr: "err" });
});

Deno.test("Ctrl-C ends a waiting command with 130, quietly, and cancels the call", async () => {
  await using agent = await CannedAgent.start({ ExecuteCommand: () => new Promise(() => {}) });
  const child = startProgram(["exec", "--server", agent.address, "--key", "right", "sleep"]);
  const call = await agent.called("ExecuteCommand");
  const cancelled = new Promise((resolve) => call.cancelled.addEventListener("abort", resolve));
  child.kill("SIGINT");
  const { code, stdout, stderr } = await child.output();
  assertEquals([code, stdout.length, new TextDecoder().decode(stderr)], [130, 0, ""]);
  await cancelled;
});

Deno.test("Ctrl-C ends a program whose output nobody takes any more", async () => {
  const stdout = "line\n".repeat(1_000_000);
  await using agent = await CannedAgent.start({ ExecuteCommand: () => ({ exit_code: 0, stdout, stderr: "" }) });
  const child = startProgram(["exec", "--server", agent.address, "--key", "right", "cat"]);
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGINT");
  const status = await child.status;
  await Promise.all([reader.cancel(), child.stderr.cancel()]);
  assertEquals(status.code, 130);
});

Deno.test("a reader that goes away, as head does, ends the program quietly", async () => {
  const stdout = "line\n".repeat(1_000_000);
  await using agent = await CannedAgent.start({ ExecuteCommand: () => ({ exit_code: 0, stdout, stderr: "" }) });
  const child = startProgram(["exec", "--server", agent.address, "--key", "right", "cat"]);
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [status, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assertEquals([status.code, stderr], [0, ""]);
});

Deno.test("an agent whose ready line nobody reads stops as it always does", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const child = startProgram(["agent", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data-dir", dataDir]);
    await child.stdout.cancel();
    const [status, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
    assertEquals(status.code, 0);
    assertStringIncludes(stderr, "agent: stopping");
    const files = Array.from(Deno.readDirSync(dataDir), (entry) => entry.name);
    assertEquals([files.includes("edgemesh.db"), files.includes("edgemesh.db-wal")], [true, false]);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("a command against an agent on this machine ends well within a second", async () => {
  await using agent = await CannedAgent.start({ ListDeviceStates: () => ({ devices: [] }) });
  const started = performance.now();
  const { code } = await runProgram(["devices", "--server", agent.address, "--key", "right"]);
  assertEquals(code, 0);
  // About 220 ms alone on the machine: this only tells a program that hangs from one that does not.
  assert(performance.now() - started < 5000);
});

Deno.test("version, help, completions and the offline estimate never load the gRPC client", async () => {
  const script = `
    import { createRequire } from "node:module";
    import { runCommandLine } from ${JSON.stringify(import.meta.resolve("./run_command.ts"))};
    const lines = [["version"], ["help"], ["help", "agent"], ["completions", "bash"],
      ["preview-cost", "-", "--server", "127.0.0.1:1"], ["devices", "--server", "127.0.0.1:1"]];
    for (const line of lines) await runCommandLine(line);
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => /grpc|proto-loader/.test(path));
    console.log("\\nloaded:" + loaded.length);
  `;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, script);
    const config = new URL("../deno.json", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--config", config, "-A", path],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode('{"groups":[{"tasks":[{"kind":"ECHO"}]}]}'));
    await writer.close();
    const { stdout, stderr } = await child.output();
    assert(new TextDecoder().decode(stdout).endsWith("\nloaded:0\n"), new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(path);
  }
});
