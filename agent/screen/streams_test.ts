import type { ScreenStart } from "../../proto/messages.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { eventually, typeOf, WeriftViewer } from "./stream/werift_viewer.ts";
import { type ScreenConsent, ScreenStreams, type ScreenStreamsOptions } from "./streams.ts";

const NEVER = new AbortController().signal;
const ALLOWED: ScreenConsent = { ask: () => Promise.resolve() };

interface RigOptions extends Partial<ScreenStreamsOptions> {
  readonly fault?: string;
  readonly answerMs?: number;
}

/** Streams of a fake screen, in a real worker. */
class Rig implements AsyncDisposable {
  readonly ended: [string, string][] = [];
  changes = 0;
  readonly streams: ScreenStreams;
  readonly variables: Record<string, string>;

  constructor({ fault = "", answerMs = 60_000, ...options }: RigOptions = {}) {
    this.variables = { FAULT: fault };
    this.streams = new ScreenStreams({
      consent: ALLOWED,
      iceServers: [],
      module: new URL("./stream/fake_screen_worker.ts", import.meta.url),
      settings: { device: "desk", capture: "auto", variables: this.variables, dataDir: "/nowhere", answerMs },
      ...options,
    });
    this.streams.onEnd((streamId, reason) => this.ended.push([streamId, reason]));
    this.streams.onChange(() => this.changes++);
  }

  /** Starts a stream and looks at it. */
  async viewer(request: Partial<ScreenStart> = {}): Promise<{ id: string; viewer: WeriftViewer }> {
    const { stream_id: id, sdp } = await this.streams.start(asked(request), NEVER);
    const viewer = await WeriftViewer.answering(sdp);
    await this.streams.answer(id, viewer.answer);
    await eventually(() => viewer.channel?.readyState === "open", "the connection");
    return { id, viewer };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.streams.close();
  }
}

function asked(request: Partial<ScreenStart> = {}): ScreenStart {
  const config = { target_fps: 0, jpeg_quality: 0, monitor_index: 0 };
  return { config, video: "", client_name: "ada", peer: "192.0.2.9:4000", ...request };
}

async function refused(promise: Promise<unknown>): Promise<string> {
  const { code, message } = await assertRejects(() => promise, MeshError);
  return `${code}: ${message}`;
}

Deno.test("a stream is started, answered, seen, listed and stopped", async () => {
  await using rig = new Rig();
  assertEquals(await rig.streams.probe(), "fake");
  assertEquals((await rig.streams.monitors()).map(({ name }) => name), ["FAKE-0", "FAKE-1"]);
  const config = { target_fps: 20, jpeg_quality: 0, monitor_index: 1 };
  const { id, viewer } = await rig.viewer({ config });
  await using _viewer = viewer;
  viewer.send({ type: "hello", tiles: 1 });
  const { device, fps, quality, monitor } = await viewer.text("welcome");
  assertEquals([device, fps, quality, monitor], ["desk", 20, 60, 1]);
  await eventually(() => rig.streams.list()[0]?.connected === true, "the connection in the list");
  await eventually(() => (rig.streams.running()[0]?.bytes ?? 0) > 0, "the figures");
  const { started_at, ...listed } = rig.streams.list()[0] ?? { started_at: 0 };
  assertEquals(listed, {
    ...{ stream_id: id, client_name: "ada", peer: "192.0.2.9:4000" },
    ...{ monitor_index: 1, monitor_name: "FAKE-1", connected: true, video: "" },
  });
  assert(Math.abs(Number(started_at) - Date.now() / 1000) < 600);
  await rig.streams.stop(id);
  assertEquals(rig.ended, [[id, "it was stopped"]]);
  assertEquals(rig.streams.list(), []);
  await eventually(() => viewer.messages.some((message) => typeOf(message) === "end"), "the last word");
  assertMatch(await refused(rig.streams.stop(id)), /^NOT_FOUND/);
  assertMatch(await refused(rig.streams.answer(id, viewer.answer)), /^NOT_FOUND/);
});

Deno.test("wrong numbers, monitors and kinds of video are refused; nobody is asked for them", async () => {
  let asks = 0;
  await using rig = new Rig({ consent: { ask: () => Promise.resolve(void asks++) } });
  const config = (target_fps: number, jpeg_quality: number) => ({
    config: { target_fps, jpeg_quality, monitor_index: 0 },
  });
  for (const wrong of [config(61, 0), config(-1, 0), config(0, 101), { video: "h264" }]) {
    assertMatch(await refused(rig.streams.start(asked(wrong), NEVER)), /^INVALID_ARGUMENT/);
  }
  const monitor = { config: { target_fps: 0, jpeg_quality: 0, monitor_index: 2 } };
  await rig.streams.probe();
  assertMatch(await refused(rig.streams.start(asked(monitor), NEVER)), /^INVALID_ARGUMENT: .*1 = FAKE-1 \(320x192/);
  assertEquals(asks, 0);
  assertMatch(await refused(rig.streams.start(asked({ video: "vp8" }), NEVER)), /^FAILED_PRECONDITION: .*ffmpeg/);
  assertEquals(rig.streams.list(), []);
});

Deno.test("a fifth stream is refused, also while the others' users are being asked", async () => {
  const answers: (() => void)[] = [];
  await using rig = new Rig({ consent: { ask: () => new Promise((resolve) => answers.push(resolve)) } });
  const starts = [1, 2, 3, 4].map(() => rig.streams.start(asked(), NEVER));
  const full = "RESOURCE_EXHAUSTED: This device's screen has 0 streams and 4 asked for, of 4 at once";
  assertEquals(await refused(rig.streams.start(asked(), NEVER)), full);
  for (const answer of answers) answer();
  const offers = await Promise.all(starts);
  assertEquals(new Set(offers.map(({ stream_id }) => stream_id)).size, 4);
  const taken = "RESOURCE_EXHAUSTED: This device's screen has 4 streams already";
  assertEquals(await refused(rig.streams.start(asked(), NEVER)), taken);
  await rig.streams.stop(offers[0]?.stream_id ?? "");
  const fifth = rig.streams.start(asked(), NEVER);
  answers.at(-1)?.();
  assertEquals(typeof (await fifth).sdp, "string");
});

Deno.test("who is refused by the user learns why, and nothing is captured", async () => {
  const who: unknown[] = [];
  const consent: ScreenConsent = {
    ask: (request) => {
      who.push(request);
      return Promise.reject(new MeshError("PERMISSION_DENIED", "the user of this device refused"));
    },
  };
  await using rig = new Rig({ consent, fault: "crash" });
  assertEquals(await refused(rig.streams.start(asked(), NEVER)), "PERMISSION_DENIED: the user of this device refused");
  assertEquals(who, [{ clientName: "ada", peerAddress: "192.0.2.9:4000", monitorName: "monitor 0" }]);
});

Deno.test("a device without a screen says why", async () => {
  await using rig = new Rig({ fault: "no screen" });
  for (const what of [rig.streams.probe(), rig.streams.monitors(), rig.streams.start(asked(), NEVER)]) {
    assertEquals(await refused(what), "FAILED_PRECONDITION: Cannot capture this screen (no display)");
  }
});

Deno.test("a wrong answer leaves the stream waiting, a second one is refused", async () => {
  await using rig = new Rig();
  const { stream_id: id, sdp } = await rig.streams.start(asked(), NEVER);
  await using viewer = await WeriftViewer.answering(sdp);
  assertMatch(await refused(rig.streams.answer(id, "garbage")), /^INVALID_ARGUMENT/);
  await rig.streams.answer(id, viewer.answer);
  assertMatch(await refused(rig.streams.answer(id, viewer.answer)), /^FAILED_PRECONDITION/);
  await eventually(() => viewer.messages.length > 0, "a picture");
});

Deno.test("a stream that nobody answers ends", async () => {
  await using rig = new Rig({ answerMs: 100 });
  const { stream_id: id } = await rig.streams.start(asked(), NEVER);
  await eventually(() => rig.ended.length === 1, "the end");
  assertEquals(rig.ended, [[id, "nobody answered the offer within 0.1 s"]]);
});

Deno.test("a stream whose viewer answers and does not come ends", async () => {
  await using rig = new Rig({ answerMs: 5000 });
  const { stream_id: id, sdp } = await rig.streams.start(asked(), NEVER);
  const viewer = await WeriftViewer.answering(sdp);
  await viewer.connection.close();
  await rig.streams.answer(id, viewer.answer);
  await eventually(() => rig.ended.length === 1, "the end");
  assertMatch(rig.ended[0]?.[1] ?? "", /did not connect|failed/);
});

Deno.test("a caller that leaves before the offer leaves nothing behind", async () => {
  const caller = new AbortController();
  const consent: ScreenConsent = {
    ask: (_who, signal) => {
      caller.abort(new MeshError("CANCELLED", "the caller went away"));
      signal.throwIfAborted();
      return Promise.resolve();
    },
  };
  await using rig = new Rig({ consent });
  assertMatch(await refused(rig.streams.start(asked(), caller.signal)), /^CANCELLED/);
  assertEquals(rig.streams.list(), []);
});

Deno.test("a worker that fails takes its streams with it, and the next start gets another one", async () => {
  await using rig = new Rig({ fault: "crash" });
  const first = await rig.streams.start(asked(), NEVER).then(({ stream_id }) => stream_id, (error) => error.code);
  await eventually(() => rig.streams.list().length === 0, "the end of its streams");
  if (first !== "UNAVAILABLE") {
    assertEquals(rig.ended[0]?.[0], first);
    assertMatch(rig.ended[0]?.[1] ?? "", /the worker has a fault/);
  }
  rig.variables.FAULT = "";
  await eventually(() => rig.streams.running().length === 0, "the list");
  const { viewer } = await rig.viewer();
  await eventually(() => viewer.messages.length > 0, "a picture");
  await viewer[Symbol.asyncDispose]();
});

Deno.test("a worker that hangs is ended", async () => {
  await using rig = new Rig({ fault: "hang", lookMs: 2000 });
  const message = await refused(rig.streams.start(asked(), NEVER).then(({ stream_id }) => rig.streams.stop(stream_id)));
  assertMatch(message, /^UNAVAILABLE: .*hung/);
  rig.variables.FAULT = "";
  assertEquals(await rig.streams.probe(), "fake");
});

Deno.test("the worker ends some time after the last stream", async () => {
  await using rig = new Rig({ idleMs: 50 });
  const threads = () => [...Deno.readDirSync("/proc/self/task")].length;
  const { id, viewer } = await rig.viewer();
  await viewer[Symbol.asyncDispose]();
  await rig.streams.stop(id).catch((error) => assertEquals(error.code, "NOT_FOUND"));
  const before = Deno.build.os === "linux" ? threads() : 0;
  if (before > 0) await eventually(() => threads() < before, "the worker's end");
  assertEquals(await rig.streams.probe(), "fake");
});

Deno.test("closing ends every stream with its viewer told why; later calls are refused", async () => {
  const rig = new Rig();
  const { id, viewer } = await rig.viewer();
  viewer.send({ type: "hello", tiles: 1 });
  await viewer.text("welcome");
  await Promise.all([rig.streams.close(), rig.streams.close()]);
  assertEquals(rig.ended, [[id, "the device's agent is stopping"]]);
  assertEquals((await viewer.text("end")).reason, "the device's agent is stopping");
  await viewer[Symbol.asyncDispose]();
  assertMatch(await refused(rig.streams.start(asked(), NEVER)), /^UNAVAILABLE/);
  await rig.streams.close();
});

Deno.test("closing before the first stream does nothing", async () => {
  await new Rig().streams.close();
});
