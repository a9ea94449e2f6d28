import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "./assert.ts";
import { MeshError } from "../agent/core/errors.ts";
import { MeshSession } from "./mesh_client.ts";
import { isAlive } from "./process_id.ts";
import { AgentProcess, edgemesh, eventually, pidIn, startEdgemesh, TemporaryFolder } from "./processes.ts";

/** A command's answer and its failure come well before any deadline: within this, in ms, on a busy machine. */
const PROMPT_MS = 3000;

const LIMIT_BYTES = 1024 * 1024;
const CUT = `[edgemesh: output cut after ${LIMIT_BYTES} bytes]\n`;

/** Asserts that a call is refused with this code and one line. */
async function assertRefused(call: Promise<unknown>, code: string, includes: string): Promise<void> {
  const error = await assertRejects(() => call, MeshError, includes);
  assertEquals(error.code, code, error.message);
  assertMatch(error.message, /^.+$/);
}

Deno.test("commands on the devices of a mesh", async (t) => {
  using shared = new TemporaryFolder();
  using secret = new TemporaryFolder();
  secret.write("secret.txt", "nobody's business");
  shared.write("notes.txt", "of beta\n");
  shared.write("-dash.txt", "begins with a dash\n");
  Deno.symlinkSync(secret.path, shared.file("way_out"));
  Deno.symlinkSync(secret.file("secret.txt"), shared.file("secret_link.txt"));
  Deno.symlinkSync("notes.txt", shared.file("inner_link.txt"));

  await using alpha = await AgentProcess.start({ name: "alpha", flags: ["--allow", "pwd,ls,cat,sh"] });
  await using beta = await AgentProcess.start({
    name: "beta",
    join: [alpha.grpc],
    flags: ["--allow", "pwd,ls,cat,sh", "--share", shared.path, "--capabilities", "npu"],
  });
  await using gamma = await AgentProcess.start({
    name: "gamma",
    join: [alpha.grpc],
    flags: ["--allow", "pwd,sh", "--capabilities", "gpu"],
  });
  using session = await MeshSession.open(alpha.grpc);
  await session.online(3);
  const onBeta = (command: string, ...args: string[]) => session.runOn(beta.deviceId, command, ...args);
  const cli = (...args: string[]) => edgemesh([args[0] ?? "", "--server", alpha.grpc, ...args.slice(1)]);

  await t.step("every policy sends them to the device that it promises", async () => {
    const chosen = async (policy: Parameters<MeshSession["run"]>[0]) => {
      const { selected_device_name, executed_locally, selected_device_id } = await session.run(policy, "pwd");
      assertEquals(executed_locally, selected_device_id === alpha.deviceId);
      return selected_device_name;
    };
    assertEquals(await chosen({ mode: "BEST_AVAILABLE" }), "beta");
    assertEquals(await chosen({ mode: "REQUIRE_NPU" }), "beta");
    assertEquals(await chosen({ mode: "PREFER_LOCAL_MODEL" }), "beta");
    assert(["beta", "gamma"].includes(await chosen({ mode: "PREFER_REMOTE" })));
    for (const { deviceId, ready } of [alpha, beta, gamma]) {
      assertEquals(await chosen({ mode: "FORCE_DEVICE_ID", device_id: deviceId }), ready.name);
    }
    await assertRefused(chosen({ mode: "REQUIRE_LOCAL_MODEL" }), "FAILED_PRECONDITION", "has a local model");
    await assertRefused(chosen({ mode: "FORCE_DEVICE_ID", device_id: "nobody" }), "NOT_FOUND", 'no device "nobody"');
    await assertRefused(chosen({ mode: "FORCE_DEVICE_ID" }), "INVALID_ARGUMENT", "policy.device_id");
  });

  await t.step("files inside the shared folder are shown, also through links that stay in it", async () => {
    assertEquals(await onBeta("cat", "notes.txt"), { exit_code: 0, stdout: "of beta\n", stderr: "" });
    assertEquals((await onBeta("cat", "inner_link.txt")).stdout, "of beta\n");
    assertEquals((await onBeta("cat", "--", "-dash.txt")).stdout, "begins with a dash\n");
    assertEquals((await onBeta("cat", shared.file("notes.txt"))).stdout, "of beta\n");
    assertStringIncludes((await onBeta("ls", "-la")).stdout, "notes.txt");
  });

  const escapes: [what: string, command: string, args: string[]][] = [
    ["..", "cat", ["../secret.txt"]],
    [".. behind a folder that is not there", "cat", ["nowhere/../../etc/passwd"]],
    ["an absolute path", "cat", ["/etc/passwd"]],
    ["a link to a file outside", "cat", ["secret_link.txt"]],
    ["a link to a folder outside", "cat", ["way_out/secret.txt"]],
    ["a listing of a folder outside", "ls", ["way_out/"]],
    ["a listing of the root", "ls", ["/"]],
    ["a path behind --", "cat", ["--", "/etc/passwd"]],
    ["a path behind one that is allowed", "cat", ["notes.txt", "/etc/passwd"]],
    ["/proc", "cat", ["/proc/self/environ"]],
    ["an option that follows links", "ls", ["-L", "way_out"]],
    ["an option that takes a file", "cat", ["-f", "/etc/passwd"]],
    ["a long option that takes a file", "ls", ["--files0-from=/etc/passwd"]],
    ["a program by its path", "/bin/cat", ["notes.txt"]],
    ["a program in the shared folder", "./cat", ["notes.txt"]],
    ["a program that is not on the list", "id", []],
  ];
  for (const [what, command, args] of escapes) {
    await t.step(`refused on a remote device: ${what}`, async () => {
      await assertRefused(onBeta(command, ...args), "PERMISSION_DENIED", "");
    });
  }

  await t.step("refused: a NUL byte, an empty command", async () => {
    await assertRefused(onBeta("cat", "notes.txt\0/etc/passwd"), "INVALID_ARGUMENT", '"args[0]" contains a NUL byte');
    await assertRefused(onBeta("cat\0"), "INVALID_ARGUMENT", '"command" contains a NUL byte');
    await assertRefused(onBeta(""), "INVALID_ARGUMENT", "command: is empty");
  });

  await t.step("what one device allows another need not", async () => {
    await assertRefused(session.runOn(gamma.deviceId, "ls"), "PERMISSION_DENIED", "it allows pwd, sh");
    const refused = await cli("run", "--device", "gamma", "--", "ls", "-l");
    assertEquals([refused.code, refused.stdout], [1, ""]);
    assertEquals(refused.stderr, 'edgemesh: command "ls" is not allowed on this device: it allows pwd, sh\n');
  });

  await t.step("arguments arrive as they are: no shell on the way", async () => {
    const odd = ["$HOME", "a  b", "`id`", "*", "'\"\\", "", "ü 😀", "-n", "line\nfeed"];
    const { stdout } = await onBeta("sh", "-c", 'printf "<%s>" "$@"', "sh", ...odd);
    assertEquals(stdout, odd.map((argument) => `<${argument}>`).join(""));
  });

  await t.step("the agent's key and environment stay with the agent", async () => {
    const { stdout } = await onBeta("sh", "-c", "env");
    assertEquals(stdout.split("\n").filter((line) => /KEY|HOME|DENO|EDGEMESH/.test(line)), []);
  });

  await t.step("exit code, standard output and standard error pass through the command line", async () => {
    const script = "echo out; echo err >&2; exit 7";
    assertEquals(await cli("run", "--device", "beta", "--", "sh", "-c", script), {
      code: 7,
      stdout: "out\n",
      stderr: "err\n",
    });
    assertEquals(await cli("exec", "sh", "-c", script), { code: 7, stdout: "out\n", stderr: "err\n" });
  });

  await t.step("a program that a signal ended has 128 + n as its exit code", async () => {
    assertEquals((await onBeta("sh", "-c", "kill -TERM $$")).exit_code, 143);
  });

  await t.step("output past 1 MiB is cut, each stream for itself, and says so", async () => {
    const script = "head -c 1500000 /dev/zero | tr '\\0' 'x'; head -c 1500000 /dev/zero | tr '\\0' 'é' >&2";
    const { exit_code, stdout, stderr } = await onBeta("sh", "-c", script);
    assertEquals(exit_code, 0);
    assertEquals(stdout, "x".repeat(LIMIT_BYTES) + "\n" + CUT);
    assert(stderr.endsWith(CUT), stderr.slice(-100));
  });

  await t.step("binary output is text with replacement characters, not a failure", async () => {
    const { exit_code, stdout } = await onBeta("sh", "-c", "printf 'a\\000b\\377c'");
    assertEquals([exit_code, stdout], [0, "a\0b\ufffdc"]);
  });

  await t.step("many commands at once are answered each with its own output", async () => {
    const outputs = await Promise.all(
      Array.from({ length: 24 }, (_, at) => onBeta("sh", "-c", `echo ${at}`)),
    );
    assertEquals(outputs.map(({ stdout }) => stdout), Array.from({ length: 24 }, (_, at) => `${at}\n`));
  });

  await t.step("Ctrl-C ends the command line with 130, and the program on the remote device", async () => {
    const running = startEdgemesh([
      "run",
      "--server",
      alpha.grpc,
      "--device",
      "beta",
      "--",
      "sh",
      "-c",
      "sleep 60 & echo $! > child.pid; echo $$ > own.pid; wait",
    ]);
    const pids = [await pidIn(shared.file("child.pid")), await pidIn(shared.file("own.pid"))];
    assertEquals(pids.map(isAlive), [true, true]);
    const began = performance.now();
    running.signal("SIGINT");
    assertEquals(await running.outcome, { code: 130, stdout: "", stderr: "" });
    await eventually(() => pids.some(isAlive) ? undefined : true, "the end of the program");
    assert(performance.now() - began < PROMPT_MS);
  });

  await t.step("a caller's deadline ends the program, too", async () => {
    const running = cli("run", "--timeout", "1", "--device", "beta", "sh", "-c", "echo $$ > late.pid; exec sleep 60");
    const pid = await pidIn(shared.file("late.pid"));
    const { code, stderr } = await running;
    assertEquals(code, 1);
    assertMatch(stderr, /^edgemesh: .*\n$/);
    await eventually(() => isAlive(pid) ? undefined : true, "the end of the program");
  });

  await t.step("a device that dies in mid-command is said to be gone, at once", async () => {
    const running = startEdgemesh([
      "run",
      "--json",
      "--server",
      alpha.grpc,
      "--device",
      "beta",
      "--",
      "sh",
      "-c",
      "echo $$ > orphan.pid; exec sleep 20",
    ]);
    const orphan = await pidIn(shared.file("orphan.pid"));
    const began = performance.now();
    await beta.kill();
    const { code, stdout, stderr } = await running.outcome;
    assert(performance.now() - began < PROMPT_MS);
    const { error } = JSON.parse(stdout);
    assertEquals({ code, stderr, error: error.code }, { code: 1, stderr: "", error: "UNAVAILABLE" });
    assertStringIncludes(error.message, "is gone");
    assertStringIncludes(error.message, "the command may or may not have run");
    // Nobody can end the program of a device that was killed; here the test does.
    Deno.kill(orphan, "SIGKILL");
    assertEquals((await session.runOn(gamma.deviceId, "pwd")).exit_code, 0);
  });
});
