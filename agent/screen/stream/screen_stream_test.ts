import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { MeshError } from "../../core/errors.ts";
import type { ScreenSource } from "../types.ts";
import { fakeEncoder, fakeMonitor, FakeScreen } from "./fake_screen.ts";
import { ScreenStream } from "./screen_stream.ts";
import { SharedScreen } from "./shared_screen.ts";
import type { StreamConfig } from "./stream_config.ts";
import { eventually, typeOf, WeriftViewer } from "./werift_viewer.ts";

/** A stream of a fake screen, and its viewer. */
class Rig implements AsyncDisposable {
  readonly ended: string[] = [];

  private constructor(readonly source: FakeScreen, readonly screen: SharedScreen) {}

  // Each is set before the rig is handed out.
  stream!: ScreenStream;
  viewer!: WeriftViewer;

  static async make(
    config: Partial<StreamConfig> = {},
    source = new FakeScreen(),
    later?: () => ScreenSource,
  ): Promise<Rig> {
    let opened = 0;
    const open = () => Promise.resolve(opened++ === 0 ? source : (later ?? (() => source))());
    const rig = new Rig(source, await SharedScreen.open(open, new AbortController().signal));
    rig.stream = await ScreenStream.offer({
      config: { fps: 20, quality: 60, monitor: 0, ...config },
      ...{
        device: "desk",
        video: false,
        iceServers: [],
        screen: rig.screen,
        encoder: fakeEncoder,
        ffmpeg: () => undefined,
      },
      onChange: () => {},
      onEnded: (reason) => rig.ended.push(reason),
    });
    rig.viewer = await WeriftViewer.answering(rig.stream.sdp);
    await rig.stream.answer(rig.viewer.answer);
    await eventually(() => rig.viewer.channel?.readyState === "open", "the connection");
    return rig;
  }

  /** Binary messages that begin like this. */
  binaries(first: number): Uint8Array[] {
    return this.viewer.messages.filter((each): each is Uint8Array => typeof each !== "string" && each[0] === first);
  }

  /** Says hello, and acknowledges every frame. */
  async hello(): Promise<Record<string, unknown>> {
    this.viewer.onMessage = (message) => {
      if (frameId(message)) this.viewer.send({ type: "ack", frame: frameId(message) });
    };
    this.viewer.send({ type: "hello", tiles: 1 });
    return await this.viewer.text("welcome");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stream.stop("the test is over");
    await this.viewer[Symbol.asyncDispose]();
    await this.screen.close();
  }
}

function view(message: string | Uint8Array): DataView | undefined {
  if (typeof message === "string" || message[0] !== 0x45) return undefined;
  return new DataView(message.buffer, message.byteOffset, message.byteLength);
}

/** The id of a frame's part; 0 for any other message. */
function frameId(message: string | Uint8Array): number {
  const bytes = view(message);
  return bytes?.getUint8(2) === 1 ? bytes.getUint32(4) : 0;
}

const isKey = (message: string | Uint8Array) => frameId(message) > 0 && view(message)?.getUint8(3) === 1;

Deno.test("an old viewer gets whole JPEGs and no text, and the last one again as a sign of life", async () => {
  await using rig = await Rig.make();
  await eventually(() => rig.binaries(0xff).length > 0, "the first picture");
  assertEquals([...rig.binaries(0xff)[0]?.subarray(0, 4) ?? []], [0xff, 0xd8, 0xff, 60]);
  rig.source.paint();
  await eventually(() => rig.stream.figures.frames === 2, "the second picture");
  const before = rig.binaries(0xff).length;
  // One may still be under way; on a busy machine signs of life came before it, too.
  await eventually(() => rig.binaries(0xff).length > before + 1, "the sign of life");
  assertEquals(rig.viewer.messages.length, rig.binaries(0xff).length);
  assertEquals(rig.stream.figures.frames, 2);
});

Deno.test("a viewer that says hello gets a welcome, a key frame, then what changes, and else signs of life", async () => {
  await using rig = await Rig.make({}, new FakeScreen([fakeMonitor(0), fakeMonitor(1)]));
  const welcome = await rig.hello();
  assertEquals(welcome, {
    ...{ type: "welcome", version: 1, device: "desk", backend: "fake", monitor: 0, fps: 20, quality: 60 },
    monitors: [fakeMonitor(0), fakeMonitor(1)],
  });
  await rig.viewer.message((message) => frameId(message) === 1 && isKey(message), "the key frame");
  rig.source.paint();
  await rig.viewer.message((message) => frameId(message) === 2 && !isKey(message), "the change");
  const alive = await rig.viewer.text("alive");
  assert(Math.abs(Number(alive.time) - Date.now()) < 60_000);
  assertEquals(rig.binaries(0xff).length, 0);
});

Deno.test("a key frame comes when it is asked for, and not as often as it is asked for", async () => {
  await using rig = await Rig.make();
  await rig.hello();
  await rig.viewer.message(isKey, "the first key frame");
  for (let ask = 0; ask < 100; ask++) rig.viewer.send({ type: "key" });
  const keys = () => new Set(rig.viewer.messages.filter(isKey).map(frameId)).size;
  await eventually(() => keys() === 2, "the second key frame");
  await rig.viewer.text("alive");
  assert(keys() < 10, `${keys()} key frames`);
});

Deno.test("pings are answered, and what cannot be understood is passed over", async () => {
  await using rig = await Rig.make();
  rig.viewer.send({ type: "ping", id: 1 });
  rig.viewer.send({ type: "hello", tiles: 0 });
  await rig.hello();
  const wrong = [
    "{",
    "null",
    "[]",
    "7",
    '{"type":"dance"}',
    '{"type":"ack","frame":-1}',
    '{"type":"ping","id":"x"}',
  ];
  for (const text of [...wrong, `{"type":"key","x":"${"x".repeat(10_000)}"}`]) rig.viewer.send(text);
  rig.viewer.send(new Uint8Array(1000));
  rig.viewer.send({ type: "ack", frame: 4_000_000_000 });
  rig.viewer.send({ type: "ping", id: 7 });
  assertEquals((await rig.viewer.text("pong")).id, 7);
  assertEquals(rig.ended, []);
});

Deno.test("a flood of messages neither stops the pictures nor is answered in full", async () => {
  await using rig = await Rig.make();
  await rig.hello();
  for (let id = 0; id < 2000; id++) rig.viewer.send({ type: "ping", id });
  await rig.viewer.message((message) => typeOf(message) === "pong", "an answer");
  rig.source.paint();
  await rig.viewer.message((message) => frameId(message) > 1, "the change");
  const pongs = rig.viewer.messages.filter((message) => typeOf(message) === "pong").length;
  assert(pongs < 2000, `${pongs}`);
});

Deno.test("the viewer sets monitor, rate and quality, and is refused what there is not", async () => {
  await using rig = await Rig.make({}, new FakeScreen([fakeMonitor(0), fakeMonitor(1, 640, 128)]));
  await rig.hello();
  await rig.viewer.message(isKey, "the first key frame");
  const before = rig.viewer.messages.length;
  rig.viewer.send({ type: "set", monitor: 1 });
  rig.viewer.send({ type: "set", fps: 15, quality: 70 });
  const welcome = await rig.viewer.message((message) => String(message).includes('"fps":15'), "the welcome", before);
  assertEquals(JSON.parse(String(welcome)).monitor, 1);
  const key = await rig.viewer.message(isKey, "the other monitor", before);
  assertEquals([view(key)?.getUint16(28), view(key)?.getUint16(30)], [640, 128]);
  assertEquals(rig.stream.figures.monitorName, "FAKE-1");
  const refusals = [[{ monitor: 7 }, "0 = FAKE-0 (320x192 at 0,0), 1 = FAKE-1"], [{ fps: 61 }, "1 to 60"], [
    { quality: "high" },
    "are numbers",
  ]] as const;
  for (const [set, words] of refusals) {
    const from = rig.viewer.messages.length;
    rig.viewer.send({ type: "set", ...set });
    const { message } = await rig.viewer.text("error", from);
    assert(String(message).includes(words), String(message));
  }
});

Deno.test("the pointer is sent apart, its look before its place", async () => {
  const source = new FakeScreen();
  const shape = { serial: 5, width: 2, height: 2, hotX: 0, hotY: 0, rgba: new Uint8Array(16) };
  source.pointer = { x: 10, y: 20, shape };
  await using rig = await Rig.make({}, source);
  await rig.hello();
  const kinds = () =>
    rig.viewer.messages.map((message) => view(message)?.getUint8(2)).filter((kind) => Number(kind) > 1);
  await eventually(() => kinds().length === 2, "the pointer");
  source.pointer = { x: 11, y: 20, shape };
  await eventually(() => kinds().length === 3, "the pointer's new place");
  assertEquals(kinds(), [2, 3, 3]);
});

Deno.test("frames are held back while none is acknowledged, and go on when they are", async () => {
  await using rig = await Rig.make({ fps: 60 });
  const painting = setInterval(() => rig.source.paint(), 5);
  try {
    rig.viewer.send({ type: "hello", tiles: 1 });
    await rig.viewer.message((message) => frameId(message) === 5, "the frames that may be under way");
    await rig.viewer.text("alive");
    const most = Math.max(...rig.viewer.messages.map(frameId));
    assert(most < 20, `${most} frames`);
    rig.viewer.send({ type: "ack", frame: most });
    await rig.viewer.message((message) => frameId(message) === most + 5, "the frames after that");
  } finally {
    clearInterval(painting);
  }
});

Deno.test("a desktop that is lost is a pause; when it is back a key frame shows it", async () => {
  const [first, second] = [new FakeScreen(), new FakeScreen([fakeMonitor(0, 256, 128)])];
  let tries = 0;
  await using rig = await Rig.make({}, first, () => {
    if (++tries < 3) throw new MeshError("FAILED_PRECONDITION", "no display yet");
    return second;
  });
  await rig.hello();
  await rig.viewer.message(isKey, "the first key frame");
  const before = rig.viewer.messages.length;
  first.gone = "the display server ended";
  assertEquals((await rig.viewer.text("pause", before)).reason, "the display server ended");
  await rig.viewer.text("resume", before);
  const key = await rig.viewer.message(isKey, "the key frame", before);
  assertEquals(view(key)?.getUint16(28), 256);
  assertEquals([first.closed, second.closed, tries], [true, false, 3]);
  assertEquals(rig.ended, []);
});

Deno.test("monitors that come, go or change are told; a stream of one that went shows the primary one", async () => {
  const source = new FakeScreen([fakeMonitor(0), fakeMonitor(1)]);
  await using rig = await Rig.make({ monitor: 1 }, source);
  await rig.hello();
  await rig.viewer.message(isKey, "the first key frame");
  const before = rig.viewer.messages.length;
  source.list = [fakeMonitor(0, 128, 64)];
  const welcome = await rig.viewer.text("welcome", before);
  assertEquals([welcome.monitor, welcome.monitors], [0, [fakeMonitor(0, 128, 64)]]);
  const key = await rig.viewer.message(isKey, "the primary monitor", before);
  assertEquals(view(key)?.getUint16(28), 128);
});

Deno.test("a stopped stream says why before it closes", async () => {
  await using rig = await Rig.make();
  await rig.hello();
  await rig.stream.stop("the agent is stopping");
  assertEquals((await rig.viewer.text("end")).reason, "the agent is stopping");
  await eventually(() => rig.viewer.closed, "the end");
  await rig.stream.stop("again");
  assertEquals(rig.ended, ["the agent is stopping"]);
});

Deno.test("a viewer that leaves ends its stream", async () => {
  await using rig = await Rig.make();
  rig.viewer.channel?.close();
  await eventually(() => rig.ended.length === 1, "the end");
  assertEquals(rig.ended, ["the viewer left"]);
});

Deno.test("a monitor that there is not is refused with those that there are", async () => {
  const error = await assertRejects(() => Rig.make({ monitor: 3 }), MeshError, "0 = FAKE-0 (320x192 at 0,0)");
  assertEquals(error.code, "INVALID_ARGUMENT");
});

Deno.test("where there is no ffmpeg a video track is refused", async () => {
  const screen = await SharedScreen.open(() => Promise.resolve(new FakeScreen()), new AbortController().signal);
  const refused = ScreenStream.offer({
    config: { fps: 8, quality: 60, monitor: 0 },
    ...{ device: "desk", video: true, iceServers: [], screen, encoder: fakeEncoder, ffmpeg: () => undefined },
    onChange: () => {},
    onEnded: () => {},
  });
  const error = await assertRejects(() => refused, MeshError, "needs ffmpeg");
  assertEquals(error.code, "FAILED_PRECONDITION");
  await screen.close();
});

Deno.test({
  name: "thirty streams that came and went leave no handle open",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const handles = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const cycle = async (answered: boolean) => {
      if (answered) return await (await Rig.make())[Symbol.asyncDispose]();
      const screen = await SharedScreen.open(() => Promise.resolve(new FakeScreen()), new AbortController().signal);
      const stream = await ScreenStream.offer({
        config: { fps: 8, quality: 60, monitor: 0 },
        ...{ device: "desk", video: false, iceServers: [], screen, encoder: fakeEncoder, ffmpeg: () => undefined },
        onChange: () => {},
        onEnded: () => {},
      });
      await stream.stop("nobody came");
      await screen.close();
    };
    await cycle(true);
    const before = handles();
    for (let count = 0; count < 30; count++) await cycle(count % 3 === 0);
    // Closed sockets are given back a moment later.
    await eventually(() => handles() <= before, "the end of all handles");
  },
});
