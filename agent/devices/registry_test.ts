import { assert, assertEquals, assertRejects, assertThrows } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import { MeshError } from "../core/errors.ts";
import type { DeviceInfo, StatusSample } from "../../proto/messages.ts";
import type { JournalledDevice } from "./device_journal.ts";
import { type DeviceEntry, FORGET_AFTER_MS, MAX_DEVICES, Registry } from "./registry.ts";

const START = 1_700_000_000_000;

function device(id: string, more: Partial<DeviceInfo> = {}): DeviceInfo {
  return deviceInfo({ device_id: id, device_name: `name of ${id}`, grpc_addr: "10.0.0.5:50051", ...more });
}

function sample(more: Partial<StatusSample> = {}): StatusSample {
  return { cpu_load: 0.5, mem_used_mb: 100, mem_total_mb: 1000, ram_free_mb: 900, ...more };
}

function setUp(known: JournalledDevice[] = []) {
  const clock = { now: START };
  const written: JournalledDevice[] = [];
  const removed: string[] = [];
  const journal = {
    failure: undefined as Error | undefined,
    putDevice(record: JournalledDevice): Promise<void> {
      if (journal.failure) return Promise.reject(journal.failure);
      written.push(record);
      return Promise.resolve();
    },
    removeDevice(id: string): Promise<void> {
      removed.push(id);
      return Promise.resolve();
    },
  };
  return { clock, written, removed, journal, registry: new Registry({ journal, known, now: () => clock.now }) };
}

const idsOf = (entries: readonly DeviceEntry[]) => entries.map((entry) => entry.info.device_id);

Deno.test("a device that registers is known, kept, and offline until work can reach it", async () => {
  const { registry, written } = setUp();
  const entry = await registry.register(device("a"));
  assertEquals(entry, registry.get("a"));
  assertEquals([entry.online, entry.link, entry.registeredAt, entry.lastSeen], [false, "none", START, START]);
  assertEquals(written, [{ info: entry.info, registeredAt: START, lastSeen: START }]);
  assertEquals([registry.online(), idsOf(registry.all())], [[], ["a"]]);
  registry.setLink("a", "attached");
  assertEquals(idsOf(registry.online()), ["a"]);
});

Deno.test("what a device says of itself is checked, field by field", async () => {
  const { registry, written } = setUp();
  const wrong: [Partial<DeviceInfo>, string][] = [
    [{ device_id: "" }, "device_id: must not be empty"],
    [{ device_id: "x".repeat(129) }, "device_id: must have at most 128 characters"],
    [{ device_id: "a b" }, "device_id: must hold no white space"],
    [{ device_id: "a\n" }, "device_id: must hold no white space"],
    [{ device_id: "a\u200b" }, "device_id: must hold no white space"],
    [{ device_name: "x".repeat(129) }, "device_name: must have at most 128"],
    [{ platform: "x".repeat(65) }, "platform: must have at most 64"],
    [{ arch: "x".repeat(65) }, "arch: must have at most 64"],
    [{ grpc_addr: "laptop" }, "grpc_addr: must be empty or HOST:PORT"],
    [{ grpc_addr: ":50051" }, "grpc_addr: must be empty or HOST:PORT"],
    [{ http_addr: "laptop:0" }, "http_addr: must be empty or HOST:PORT"],
    [{ ram_free_mb: -1 }, "ram_free_mb: must be a number of at least 0"],
    [{ llm_prefill_toks_per_s: NaN }, "llm_prefill_toks_per_s: must be"],
    [{ llm_decode_toks_per_s: Infinity }, "llm_decode_toks_per_s: must be"],
  ];
  for (const [part, message] of wrong) {
    const error = await assertRejects(() => registry.register(device("a", part)), MeshError, message);
    assertEquals(error.code, "INVALID_ARGUMENT");
  }
  assertEquals([registry.size, written.length], [0, 0]);
});

Deno.test("a device without a name goes by its short id, and no name acts on a terminal", async () => {
  const { registry } = setUp();
  const nameless = await registry.register(device("0f8fad5b-d9cb", { device_name: "\u0007 ", grpc_addr: "" }));
  assertEquals(nameless.info.device_name, "0f8fad5b");
  const hostile = await registry.register(device("b", { device_name: "a\u001b]0;x\u0007\nb" }));
  assertEquals(hostile.info.device_name, "a]0;xb");
});

Deno.test("a device that registers again keeps what was measured, and its link", async () => {
  const { registry, clock } = setUp();
  await registry.register(device("a", { llm_prefill_toks_per_s: 900, llm_decode_toks_per_s: 40, ram_free_mb: 800 }));
  registry.setLink("a", "attached");
  registry.sampleReceived("a", sample({ ram_free_mb: 700 }));
  clock.now += 5;
  const again = await registry.register(device("a", { device_name: "new name", has_npu: true }));
  const { info } = again;
  assertEquals([info.llm_prefill_toks_per_s, info.llm_decode_toks_per_s, info.ram_free_mb], [900, 40, 700]);
  assertEquals([info.device_name, info.has_npu, again.link, again.registeredAt], [
    "new name",
    true,
    "attached",
    START + 5,
  ]);
  const faster = await registry.register(device("a", { llm_prefill_toks_per_s: 950 }));
  assertEquals([faster.info.llm_prefill_toks_per_s, faster.info.llm_decode_toks_per_s], [950, 40]);
});

Deno.test("a status sample is what the status shows, until the device is offline", async () => {
  const { registry, clock } = setUp();
  await registry.register(device("a"));
  assertEquals(registry.status("a"), {
    device_id: "a",
    last_seen: START / 1000,
    cpu_load: -1,
    mem_used_mb: 0,
    mem_total_mb: 0,
  });
  registry.setLink("a", "attached");
  clock.now += 2500;
  registry.sampleReceived("a", sample());
  assertEquals(registry.status("a"), {
    device_id: "a",
    last_seen: START / 1000 + 2,
    cpu_load: 0.5,
    mem_used_mb: 100,
    mem_total_mb: 1000,
  });
  registry.setOffline("a");
  assertEquals([registry.status("a").cpu_load, registry.status("a").last_seen], [-1, START / 1000 + 2]);
});

Deno.test("a device that only shows that it is there is seen, with the load it last told", async () => {
  const { registry, clock } = setUp();
  await registry.register(device("a"));
  registry.sampleReceived("a", sample());
  clock.now += 3000;
  registry.seen("a");
  assertEquals([registry.status("a").last_seen, registry.status("a").cpu_load], [START / 1000 + 3, 0.5]);
});

Deno.test("a sample that is nonsense does no harm", async () => {
  const { registry } = setUp();
  await registry.register(device("a", { ram_free_mb: 800 }));
  const loads: [number, number][] = [[NaN, -1], [-3, -1], [7, 1], [0, 0]];
  for (const [given, shown] of loads) {
    registry.sampleReceived("a", sample({ cpu_load: given, mem_used_mb: -1, mem_total_mb: Infinity, ram_free_mb: 0 }));
    const { cpu_load, mem_used_mb, mem_total_mb } = registry.status("a");
    assertEquals([cpu_load, mem_used_mb, mem_total_mb], [shown, 0, 0]);
  }
  assertEquals(registry.get("a").info.ram_free_mb, 800);
});

Deno.test("an entry that was handed out does not change under its reader", async () => {
  const { registry } = setUp();
  await registry.register(device("a"));
  const before = registry.get("a");
  registry.setLink("a", "attached");
  registry.sampleReceived("a", sample());
  assertEquals([before.online, before.sample, before.info.ram_free_mb], [false, undefined, 0]);
  assert(Object.isFrozen(before) && Object.isFrozen(before.info));
});

Deno.test("devices are listed online first, then by name, then by id", async () => {
  const { registry } = setUp();
  const names: [string, string, boolean][] = [
    ["5", "b", true],
    ["4", "a", false],
    ["3", "b", true],
    ["2", "c", false],
    ["1", "a", true],
  ];
  for (const [id, name, online] of names) {
    await registry.register(device(id, { device_name: name }));
    if (online) registry.setLink(id, "dialled");
  }
  assertEquals(idsOf(registry.all()), ["1", "3", "5", "4", "2"]);
  assertEquals(idsOf(registry.online()), ["1", "3", "5"]);
  registry.setOffline("1");
  await registry.register(device("3", { device_name: "z" }));
  assertEquals(idsOf(registry.all()), ["5", "3", "1", "4", "2"]);
});

Deno.test("an unknown device is said to be unknown, in one short line", () => {
  const { registry } = setUp();
  const calls = [
    (id: string) => registry.get(id),
    (id: string) => registry.status(id),
    (id: string) => registry.setLink(id, "attached"),
    (id: string) => registry.setOffline(id),
    (id: string) => registry.seen(id),
    (id: string) => registry.sampleReceived(id, sample()),
  ];
  for (const call of calls) {
    assertEquals(assertThrows(() => call("x"), MeshError, 'no device "x"').code, "NOT_FOUND");
  }
  const { message } = assertThrows(() => registry.get("\n".repeat(1000)), MeshError);
  assert(!message.includes("\n") && message.length < 300);
  assertEquals(registry.find("x"), undefined);
});

Deno.test("presence is told once for each change, and a failing listener harms nobody", async () => {
  const { registry } = setUp();
  const told: [string, boolean][] = [];
  registry.onPresence(() => {
    throw new Error("listener");
  });
  const end = registry.onPresence(({ info, online }) => told.push([info.device_id, online]));
  await registry.register(device("a"));
  registry.setLink("a", "dialled");
  registry.setLink("a", "attached");
  registry.setOffline("a");
  registry.setOffline("a");
  await registry.register(device("me"), { self: true });
  end();
  registry.setLink("a", "attached");
  assertEquals(told, [["a", true], ["a", false], ["me", true]]);
});

Deno.test("no other device can take this agent's id", async () => {
  const { registry } = setUp();
  await registry.register(device("me", { device_name: "mine" }), { self: true });
  const error = await assertRejects(() => registry.register(device("me")), MeshError, "is this coordinator's own");
  assertEquals(error.code, "ALREADY_EXISTS");
  assertEquals([registry.get("me").link, registry.get("me").info.device_name], ["self", "mine"]);
  registry.setOffline("me");
  await assertRejects(() => registry.register(device("me")), MeshError, "is this coordinator's own");
  await registry.register(device("me", { device_name: "renamed" }), { self: true });
  assertEquals(registry.get("me").info.device_name, "renamed");
});

Deno.test("samples are written at most once a minute, and what was seen last when a device goes", async () => {
  const { registry, clock, written } = setUp();
  await registry.register(device("a"));
  registry.setLink("a", "attached");
  for (let second = 2; second <= 120; second += 2) {
    clock.now = START + second * 1000;
    registry.sampleReceived("a", sample());
  }
  assertEquals(written.map((record) => (record.lastSeen - START) / 1000), [0, 60, 120]);
  clock.now += 2000;
  registry.sampleReceived("a", sample({ ram_free_mb: 5 }));
  registry.setOffline("a");
  assertEquals((written.at(-1)?.lastSeen ?? 0) - START, 122_000);
  assertEquals(written.at(-1)?.info.ram_free_mb, 5);
});

Deno.test("a registration that cannot be kept is not acknowledged; a sample is taken in all the same", async () => {
  const { registry, clock, journal } = setUp();
  await registry.register(device("a"));
  journal.failure = new MeshError("RESOURCE_EXHAUSTED", "disk full");
  await assertRejects(() => registry.register(device("b")), MeshError, "disk full");
  clock.now += 60_000;
  registry.sampleReceived("a", sample());
  assertEquals(registry.get("a").lastSeen, clock.now);
});

Deno.test("devices of an earlier run are there again, offline, but for those long gone", () => {
  const seen = (id: string, ago: number) => ({ info: device(id), registeredAt: 5, lastSeen: START - ago });
  const known = [seen("new", 1000), seen("old", FORGET_AFTER_MS), seen("gone", FORGET_AFTER_MS + 1)];
  const { registry, removed } = setUp(known);
  assertEquals([idsOf(registry.all()), removed], [["new", "old"], ["gone"]]);
  assertEquals([registry.get("new").online, registry.get("new").registeredAt], [false, 5]);
});

Deno.test("a full mesh refuses another device, but makes room for it by forgetting those long gone", async () => {
  const { registry, clock, removed } = setUp();
  for (let n = 0; n < MAX_DEVICES; n++) await registry.register(device(`d${n}`));
  const error = await assertRejects(() => registry.register(device("x")), MeshError, "10000 devices already");
  assertEquals(error.code, "RESOURCE_EXHAUSTED");
  await registry.register(device("d0", { device_name: "known ones may register again" }));
  registry.setLink("d0", "attached");
  clock.now += FORGET_AFTER_MS + 1;
  await registry.register(device("x"));
  assertEquals([registry.size, idsOf(registry.all()), removed.length], [2, ["d0", "x"], MAX_DEVICES - 1]);
});
