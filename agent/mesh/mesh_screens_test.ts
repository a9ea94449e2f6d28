import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import type { DeviceInfo, ScreenStart, ScreenStream, StatusSample } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { type CoordinatorBatch, type WorkerBatch, workerBatch } from "./batches.ts";
import { channelPair } from "./channel.ts";
import { FAKE_MONITOR, FakeScreen } from "./fake_screen.ts";
import { HeldAttempts } from "./held_attempts.ts";
import { MeshScreens } from "./mesh_screens.ts";
import { Peers } from "./peers.ts";
import { ScreenReports } from "./screen_reports.ts";
import { WorkerSession, type WorkSource } from "./worker_session.ts";

const SAMPLE: StatusSample = { cpu_load: 0, mem_used_mb: 1, mem_total_mb: 4, ram_free_mb: 3 };
const NEVER = new AbortController().signal;

const start = (client_name: string): ScreenStart => ({ client_name, peer: "10.0.0.7:1", config: null, video: "" });

/** A coordinator, as it is after its start. */
function coordinator() {
  const reports = new ScreenReports();
  const peers = new Peers(
    {
      find: (device_id) => ({ info: { device_id, device_name: "the device" } as DeviceInfo, sample: SAMPLE }),
      setLink: () => {},
      setOffline: () => {},
      sampleReceived: () => {},
    },
    { deviceId: "coordinator", deviceName: "the coordinator" },
    undefined,
    reports,
  );
  return { peers, screens: new MeshScreens(peers, reports) };
}

/** A device that attaches with its screen; undefined = off. */
async function attach(peers: Peers, screen: FakeScreen | undefined, deviceId = "d") {
  const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
  peers.accept(down, "attached");
  const work: WorkSource = {
    kinds: [],
    runTask: ({ input }) => ({ ok: true, output: input, error: "", error_code: "", time_ms: 0 }),
    runCommand: () => Promise.reject(new Error("not called")),
    sample: () => SAMPLE,
    screen,
  };
  const session = new WorkerSession(up, { deviceId, instanceId: "i", work, held: new HeldAttempts(work) });
  session.start();
  await session.welcomed;
  return { session, [Symbol.asyncDispose]: () => session.leave(0) };
}

const code = async (call: Promise<unknown>) => (await assertRejects(() => call, MeshError)).code;

Deno.test("an offer comes from the device, its answer goes there by the stream's id alone, and so does its end", async () => {
  const screen = new FakeScreen();
  const { peers, screens } = coordinator();
  await using _device = await attach(peers, screen);
  await using _other = await attach(peers, new FakeScreen(), "other");
  assertEquals(await screens.monitors("d", NEVER), [FAKE_MONITOR]);
  const { stream_id, sdp } = await screens.start("d", start("ada"), NEVER);
  assertEquals(sdp, `offer ${stream_id}`);
  assertEquals(screen.starts, [start("ada")]);
  await screens.answer(stream_id, "the answer", NEVER);
  assertEquals(screen.answers, ["the answer"]);
  await eventually(() => screens.reportOf("d").streams[0]?.connected || undefined, "the report");
  const [{ client_name, peer, monitor_name } = {}] = screens.reportOf("d").streams;
  assertEquals([client_name, peer, monitor_name], ["ada", "10.0.0.7:1", "FAKE-1"]);
  await screens.stop(stream_id, NEVER);
  assertEquals(screen.streams.size, 0);
  assertEquals(await code(screens.stop(stream_id, NEVER)), "NOT_FOUND");
  assertEquals(await code(screens.answer("never was", "x", NEVER)), "NOT_FOUND");
});

Deno.test("what a device refuses comes to the caller with its code and reason", async () => {
  const screen = new FakeScreen();
  const { peers, screens } = coordinator();
  await using _device = await attach(peers, screen);
  await using _off = await attach(peers, undefined, "off");
  const refused = await assertRejects(() => screens.start("d", start("stranger"), NEVER), MeshError);
  assertEquals([refused.code, refused.message], ["PERMISSION_DENIED", "the user of this device refused"]);
  screen.unavailable = "no display";
  assertEquals(await code(screens.start("d", start("ada"), NEVER)), "FAILED_PRECONDITION");
  const off = await assertRejects(() => screens.start("off", start("ada"), NEVER), MeshError, "--screen off");
  assertEquals(off.code, "FAILED_PRECONDITION");
  assertEquals(screens.reportOf("off").unavailable, "this device shows no screen (--screen off)");
  assertEquals(await code(screens.start("absent", start("ada"), NEVER)), "UNAVAILABLE");
});

Deno.test("a caller that goes away takes the question of the device's user with it", async () => {
  const screen = new FakeScreen();
  const { peers, screens } = coordinator();
  await using _device = await attach(peers, screen);
  const caller = new AbortController();
  const asked = code(screens.start("d", start("slow"), caller.signal));
  await eventually(() => screen.starts[0], "the question");
  caller.abort(new MeshError("CANCELLED", "the caller went away"));
  assertEquals(await asked, "CANCELLED");
  await eventually(() => screen.ended[0], "the question's end");
  assertEquals((screen.ended[0] as MeshError).code, "CANCELLED");
});

Deno.test("a device that leaves asks its user no more, and says so", async () => {
  const screen = new FakeScreen();
  const { peers, screens } = coordinator();
  const device = await attach(peers, screen);
  const asked = code(screens.start("d", start("slow"), NEVER));
  await eventually(() => screen.starts[0], "the question");
  await device.session.leave(60_000);
  assertEquals(await asked, "UNAVAILABLE");
  assertEquals(screen.ended.length, 1);
});

Deno.test("a stream outlives the connection to its coordinator, and is stopped by its id after it, or by a new one", async () => {
  const screen = new FakeScreen();
  const { peers, screens } = coordinator();
  const broken = await attach(peers, screen);
  const first = await screens.start("d", start("ada"), NEVER);
  const second = await screens.start("d", start("bob"), NEVER);
  const third = await screens.start("d", start("eve"), NEVER);
  peers.link("d")?.close("the network went away", { mayReturn: true });
  await broken.session.closed;
  assertEquals(screen.streams.size, 3);
  assertEquals(screens.reportOf("d").streams, []);
  assertEquals(await code(screens.stop(first.stream_id, NEVER)), "UNAVAILABLE");

  const again = await attach(peers, screen);
  await screens.stop(first.stream_id, NEVER);
  assertEquals(screen.streams.size, 2);
  await again.session.leave(0);

  const restarted = coordinator();
  await using _device = await attach(restarted.peers, screen);
  await restarted.screens.stop(second.stream_id, NEVER);
  assertEquals([...screen.streams.keys()], [third.stream_id]);
});

Deno.test("a stream that ended by itself is forgotten with the device's next report", async () => {
  const screen = new FakeScreen();
  const { peers, screens } = coordinator();
  await using _device = await attach(peers, screen);
  const { stream_id } = await screens.start("d", start("ada"), NEVER);
  screen.end(stream_id);
  await eventually(() => screens.reportOf("d").streams.length === 0 || undefined, "the report");
  const gone = await assertRejects(() => screens.stop(stream_id, NEVER), MeshError, `no stream "${stream_id}"`);
  assertEquals(gone.code, "NOT_FOUND");
});

Deno.test("a device whose program is too old for screens is not asked, and the caller is told so", async () => {
  const { peers, screens } = coordinator();
  const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
  const got: CoordinatorBatch[] = [];
  up.listen({ onBatch: (batch) => got.push(batch), onDrain: () => {}, onClose: () => {} });
  peers.accept(down, "attached");
  up.send(workerBatch({ hello: { device_id: "d", instance_id: "i", kinds: [], held: [] }, sample: SAMPLE }));
  await eventually(() => peers.link("d"), "the device");
  const old = await assertRejects(() => screens.start("d", start("ada"), NEVER), MeshError, "too old");
  assertEquals(old.code, "UNIMPLEMENTED");
  assertEquals(got.flatMap((batch) => batch.screen_orders), []);
  peers.stop();
});

Deno.test("a device cannot take over another one's stream, nor fill its coordinator's lists", async () => {
  const screen = new FakeScreen();
  const { peers, screens } = coordinator();
  await using _device = await attach(peers, screen);
  const { stream_id } = await screens.start("d", start("ada"), NEVER);
  const liar = new FakeScreen();
  liar.start = () => Promise.resolve({ stream_id, sdp: "mine" });
  const [stream] = screen.report().streams;
  liar.report = () => ({
    streams: Array.from(
      { length: 1000 },
      () => ({ ...(stream as ScreenStream), client_name: "x\n".repeat(1000), started_at: -1 }),
    ),
    unavailable: "x".repeat(1000),
  });
  await using _liar = await attach(peers, liar, "liar");
  assertEquals(await code(screens.start("liar", start("ada"), NEVER)), "INTERNAL");
  const { streams, unavailable } = screens.reportOf("liar");
  assertEquals([streams.length, streams[0]?.client_name.length, streams[0]?.started_at], [32, 255, 0]);
  assertEquals(unavailable.length, 256);
  await screens.stop(stream_id, NEVER);
  assertEquals(screen.streams.size, 0);
});
