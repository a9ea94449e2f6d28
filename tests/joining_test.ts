import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "./assert.ts";
import { MeshError } from "../agent/core/errors.ts";
import { MeshSession, requireHealthy } from "./mesh_client.ts";
import { AgentProcess, edgemesh, eventually, TemporaryFolder } from "./processes.ts";
import { registerDevice, SimulatedWorker } from "./simulated_worker.ts";

/** A device that shows no sign of life is offline within this, in ms: what the specification of the mesh promises. */
const LOST_WITHIN_MS = 6000;

/** What a look takes, from the moment at which something happened, on a machine with other work. */
const LOOK_MS = 500;

async function timed(what: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await what;
  return performance.now() - began;
}

Deno.test("three devices make a mesh, lose each other, and find each other again", async (t) => {
  using folder = new TemporaryFolder();
  const coordinatorOptions = { name: "alpha", dataDir: folder.file("alpha") };
  await using first = await AgentProcess.start(coordinatorOptions);
  await using beta = await AgentProcess.start({
    name: "beta",
    join: [first.grpc],
    flags: ["--capabilities", "npu"],
    dataDir: folder.file("beta"),
  });
  await using gamma = await AgentProcess.start({ name: "gamma", join: [first.grpc], dataDir: folder.file("gamma") });

  await t.step("all three are listed by name, with how they are reached", async () => {
    using session = await MeshSession.open(first.grpc);
    const online = await session.online(3);
    assertEquals(online.map(({ device, link }) => [device?.device_name, link, device?.has_npu]), [
      ["alpha", "self", false],
      ["beta", "attached", true],
      ["gamma", "attached", false],
    ]);
    const listed = await edgemesh(["devices", "--json", "--server", first.grpc]);
    const { devices } = JSON.parse(listed.stdout);
    assertEquals(devices.map((device: { device_id: string }) => device.device_id), [
      first.deviceId,
      beta.deviceId,
      gamma.deviceId,
    ]);
  });

  await t.step("a device that is halted is offline within 6 s, and back when it goes on", async () => {
    using session = await MeshSession.open(first.grpc);
    beta.signal("SIGSTOP");
    const took = await timed(session.presence(beta.deviceId, false));
    assert(took < LOST_WITHIN_MS + LOOK_MS, `offline after ${took} ms`);
    await first.log.line(/device beta is offline: no sign of life for \d/);
    beta.signal("SIGCONT");
    await session.presence(beta.deviceId, true);
    assertEquals((await session.runOn(beta.deviceId, "pwd")).exit_code, 0);
  });

  await t.step("a device that is killed is offline at once, and the others work on", async () => {
    using session = await MeshSession.open(first.grpc);
    await gamma.kill();
    const took = await timed(session.presence(gamma.deviceId, false));
    assert(took < LOST_WITHIN_MS, `offline after ${took} ms`);
    assertEquals((await session.runOn(beta.deviceId, "pwd")).exit_code, 0);
    const { code, stdout, stderr } = await edgemesh(["run", "--device", "gamma", "--server", first.grpc, "pwd"]);
    assertEquals({ code, stdout }, { code: 1, stdout: "" });
    assertMatch(stderr, /^edgemesh: device "gamma" is offline, last seen .*\n$/);
  });

  await t.step("a device attaches again by itself when its coordinator was restarted", async () => {
    await first.kill();
    await using second = await AgentProcess.start({ ...coordinatorOptions, grpc: first.grpc });
    assertEquals(second.deviceId, first.deviceId);
    using session = await MeshSession.open(second.grpc);
    await session.presence(beta.deviceId, true);
    assertEquals((await session.runOn(beta.deviceId, "pwd")).exit_code, 0);
    // The one that was lost before is still known, as offline.
    const gammaNow = (await session.devices()).find(({ device }) => device?.device_id === gamma.deviceId);
    assertEquals([gammaNow?.online, gammaNow?.link], [false, "none"]);
    assertEquals(await second.stop(), 0);
  });
});

Deno.test("a device with a wrong key is told so once, keeps trying, and disturbs nobody", async () => {
  await using coordinator = await AgentProcess.start({ name: "alpha" });
  await using stranger = await AgentProcess.start({
    name: "stranger",
    key: "not the key",
    join: [coordinator.grpc],
    flags: ["--log-level", "debug"],
  });
  const said = () => stranger.log.text.split("\n").filter((line) => line.includes("trying again"));
  await eventually(() => said().length >= 4 ? true : undefined, "four attempts", stranger.log);
  const warnings = said().filter((line) => line.includes(" warning "));
  assertEquals(warnings.length, 1, stranger.log.text);
  assertStringIncludes(warnings[0] ?? "", `not attached to ${coordinator.grpc}, trying again: wrong mesh key`);
  using session = await MeshSession.open(coordinator.grpc);
  assertEquals((await session.devices()).length, 1);
  assertEquals(coordinator.log.text.includes("not the key"), false);
  await requireHealthy(stranger);
});

Deno.test("a second device with the same id is refused plainly, and the first one works on", async (t) => {
  await using coordinator = await AgentProcess.start({ name: "alpha" });
  const id = crypto.randomUUID();
  await using original = await AgentProcess.start({
    name: "original",
    join: [coordinator.grpc],
    flags: ["--device-id", id],
  });
  using session = await MeshSession.open(coordinator.grpc);
  await session.presence(id, true);
  await using double = await AgentProcess.start({
    name: "double",
    join: [coordinator.grpc],
    flags: ["--device-id", id],
  });

  await t.step("the second one hears why", async () => {
    const line = await double.log.line(/not attached/);
    assertStringIncludes(
      line,
      `device id ${id} is in use by original, which is online: give this device an id of its own`,
    );
  });

  await t.step("the first one keeps its name and its work", async () => {
    const device = (await session.devices()).find((state) => state.device?.device_id === id);
    assertEquals([device?.device?.device_name, device?.online], ["original", true]);
    const { selected_device_name } = await session.run({ mode: "FORCE_DEVICE_ID", device_id: id }, "pwd");
    assertEquals(selected_device_name, "original");
  });

  await t.step("a device with the coordinator's own id is refused as well", async () => {
    await using impostor = await AgentProcess.start({
      name: "impostor",
      join: [coordinator.grpc],
      flags: ["--device-id", coordinator.deviceId],
    });
    await impostor.log.line(/not attached .* is in use by alpha/);
    assertEquals((await session.runOn(coordinator.deviceId, "pwd")).exit_code, 0);
  });

  await t.step("when the first one is gone, the second one takes its place", async () => {
    await original.stop();
    await eventually(async () => {
      const device = (await session.devices()).find((state) => state.device?.device_id === id);
      return device?.online && device.device?.device_name === "double" ? true : undefined;
    }, "the second one online");
  });
});

Deno.test("a device that joins two coordinators serves both, also when one of them goes", async () => {
  await using left = await AgentProcess.start({ name: "left" });
  await using right = await AgentProcess.start({ name: "right" });
  await using worker = await AgentProcess.start({ name: "worker", join: [left.grpc, right.grpc] });
  using onRight = await MeshSession.open(right.grpc);
  {
    using onLeft = await MeshSession.open(left.grpc);
    await Promise.all([onLeft.online(2), onRight.online(2)]);
    const outputs = await Promise.all([onLeft.runOn(worker.deviceId, "pwd"), onRight.runOn(worker.deviceId, "pwd")]);
    assertEquals(outputs.map(({ exit_code }) => exit_code), [0, 0]);
  }
  assertEquals(await left.stop(), 0);
  assertEquals((await onRight.runOn(worker.deviceId, "pwd")).exit_code, 0);
});

Deno.test("what was measured of a device outlives its coordinator's restart and its own registering anew", async () => {
  using folder = new TemporaryFolder();
  const device = { device_id: crypto.randomUUID(), device_name: "measured", platform: "linux", has_cpu: true };
  const measured = { llm_prefill_toks_per_s: 310.5, llm_decode_toks_per_s: 42.25 };
  const seen = async (agent: AgentProcess) => {
    using session = await MeshSession.open(agent.grpc);
    const found = (await session.devices()).find((state) => state.device?.device_id === device.device_id)?.device;
    return { prefill: found?.llm_prefill_toks_per_s, decode: found?.llm_decode_toks_per_s, name: found?.device_name };
  };
  const expected = { prefill: 310.5, decode: 42.25, name: "measured" };
  {
    await using before = await AgentProcess.start({ dataDir: folder.path });
    await registerDevice(before.grpc, { ...device, ...measured });
    assertEquals(await seen(before), expected);
    await before.kill();
  }
  await using after = await AgentProcess.start({ dataDir: folder.path });
  assertEquals(await seen(after), expected);
  await registerDevice(after.grpc, { ...device, device_name: "renamed" });
  assertEquals(await seen(after), { ...expected, name: "renamed" });
});

Deno.test("a device whose stream breaks the rules is turned away, and the agent stays well", async (t) => {
  await using agent = await AgentProcess.start();
  using session = await MeshSession.open(agent.grpc);

  await t.step("it attaches with another device's id", async () => {
    using first = await SimulatedWorker.attach(agent.grpc, { name: "first" });
    await assertRejects(
      () => SimulatedWorker.attach(agent.grpc, { name: "thief", deviceId: first.deviceId }),
      MeshError,
      "is in use by first, which is online",
    );
    await session.presence(first.deviceId, true);
  });

  await t.step("it sends a status that cannot be", async () => {
    using odd = await SimulatedWorker.attach(agent.grpc, { name: "odd" });
    odd.send({ sample: { cpu_load: NaN, mem_used_mb: 2 ** 53, mem_total_mb: 1, ram_free_mb: 5 } });
    odd.send({ sample: { cpu_load: 1e300, mem_used_mb: 0, mem_total_mb: 0, ram_free_mb: 0 } });
    const state = await session.presence(odd.deviceId, true);
    const load = state.status?.cpu_load ?? NaN;
    assert(load === -1 || (load >= 0 && load <= 1), `load ${load}`);
  });
  await requireHealthy(agent);
});
