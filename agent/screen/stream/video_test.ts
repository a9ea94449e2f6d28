import { assert, assertEquals, assertThrows } from "../../../tests/assert.ts";
import { SessionPrograms } from "../programs/session_programs.ts";
import { fakeEncoder, FakeScreen } from "./fake_screen.ts";
import { IvfReader } from "./ivf_reader.ts";
import { ScreenStream } from "./screen_stream.ts";
import { SharedScreen } from "./shared_screen.ts";
import { checkFfmpeg, VideoEncoder } from "./video_encoder.ts";
import { isKeyFrame, vp8Packets } from "./vp8_packets.ts";
import { eventually, WeriftViewer } from "./werift_viewer.ts";

const programs = new SessionPrograms((name) => name === "PATH" ? Deno.env.get("PATH") : undefined);
const ffmpeg = (args: readonly string[]) => programs.find("ffmpeg", args);
const missing = await checkFfmpeg(ffmpeg).then(() => "", (error) => String(error.message));
if (missing) console.log(`The video track is not tested: ${missing}`);

Deno.test("frames are read out of IVF, however it is cut", () => {
  const stream = new Uint8Array(32 + 12 + 5 + 12 + 300_000);
  stream.set([...new TextEncoder().encode("DKIF")]);
  const view = new DataView(stream.buffer);
  view.setUint32(32, 5, true);
  stream.fill(1, 44, 49);
  view.setUint32(49, 300_000, true);
  stream.fill(2, 61);
  for (const piece of [7, 1000, 400_000]) {
    const reader = new IvfReader();
    const frames: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += piece) frames.push(...reader.push(stream.subarray(at, at + piece)));
    assertEquals(frames.map((frame) => [frame.length, frame[0], frame.at(-1)]), [[5, 1, 1], [300_000, 2, 2]]);
  }
  assertThrows(() => new IvfReader().push(new Uint8Array(40)), Error, "no IVF");
  view.setUint32(32, 0xffff_ffff, true);
  assertThrows(() => new IvfReader().push(stream), Error, "no frame of a screen");
});

Deno.test("a VP8 frame is cut into packets: the first and the last say so", () => {
  const frame = new Uint8Array(2400).map((_, index) => index);
  const packets = vp8Packets(frame);
  assertEquals(packets.map(({ payload, marker }) => [payload[0], payload.length, marker]), [
    [0x10, 1151, false],
    [0, 1151, false],
    [0, 101, true],
  ]);
  assertEquals(packets.flatMap(({ payload }) => [...payload.subarray(1)]), [...frame]);
  assertEquals([isKeyFrame(frame), isKeyFrame(new Uint8Array([1])), isKeyFrame(new Uint8Array())], [
    true,
    false,
    false,
  ]);
});

Deno.test({
  name: "each picture is a frame at once, the first one, too",
  ignore: missing !== "",
  fn: async () => {
    const frames: Uint8Array[] = [];
    const format = { width: 64, height: 48, fps: 8 };
    const failures: string[] = [];
    const encoder = new VideoEncoder(ffmpeg, format, {
      onFrame: (frame) => frames.push(frame),
      onFailed: (reason) => failures.push(reason),
    });
    try {
      for (const count of [1, 2, 3]) {
        await encoder.encode({ data: new Uint8Array(64 * 48 * 4).fill(count), width: 64, height: 48, stride: 256 });
        await eventually(() => frames.length === count, `frame ${count}`);
        assertEquals(encoder.pending, 0);
      }
    } finally {
      await encoder.stop();
    }
    assertEquals([frames.map(isKeyFrame), failures], [[true, false, false], []]);
  },
});

Deno.test({
  name: "a viewer that asks for video gets a VP8 track, and on the channel no pictures",
  ignore: missing !== "",
  fn: async () => {
    const source = new FakeScreen();
    const screen = await SharedScreen.open(() => Promise.resolve(source), new AbortController().signal);
    const ended: string[] = [];
    const stream = await ScreenStream.offer({
      config: { fps: 20, quality: 60, monitor: 0 },
      ...{ device: "desk", video: true, iceServers: [], screen, encoder: fakeEncoder, ffmpeg },
      onChange: () => {},
      onEnded: (reason) => ended.push(reason),
    });
    const viewer = await WeriftViewer.answering(stream.sdp);
    await stream.answer(viewer.answer);
    await eventually(() => viewer.channel?.readyState === "open", "the connection");
    const painting = setInterval(() => source.paint(0, { x: 0, y: 0, width: 320, height: 192 }), 10);
    try {
      await eventually(() => viewer.packets.filter(({ header }) => header.marker).length >= 5, "five frames");
      const [first] = viewer.packets;
      assertEquals(first?.payload[0], 0x10);
      assert(isKeyFrame(first?.payload.subarray(1) ?? new Uint8Array([1])), "the first frame is a key frame");
      const numbers = viewer.packets.map(({ header }) => header.sequenceNumber);
      const steps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0) & 0xffff);
      assert(steps.every((step) => step > 0 && step < 100), `${numbers}`);
      const times = new Set(viewer.packets.map(({ header }) => header.timestamp));
      assert(times.size >= 5, `${times.size} times`);
      viewer.send({ type: "hello", tiles: 1 });
      await viewer.text("welcome");
      assertEquals(viewer.messages.filter((message) => typeof message !== "string"), []);
      assert(stream.figures.frames >= 5 && stream.figures.bytes > 0);
    } finally {
      clearInterval(painting);
      await stream.stop("the test is over");
      await viewer[Symbol.asyncDispose]();
      await screen.close();
    }
    assertEquals(ended, ["the test is over"]);
  },
});
