import { delay } from "../../../core/abort.ts";
import { MeshError } from "../../../core/errors.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../../tests/assert.ts";
import { eventually } from "../../../../tests/processes.ts";
import { X11Painter } from "../../../../tests/screen/x11_painter.ts";
import { missingProgram, Xvfb, XVFB_MISSING } from "../../../../tests/screen/xvfb.ts";
import type { Monitor, Picture, ScreenSource } from "../../types.ts";
import type { CaptureEnvironment } from "../backend.ts";
import { ffmpegBackend } from "./ffmpeg_backend.ts";
import { type Desktop, FfmpegSource } from "./ffmpeg_source.ts";

const IGNORE = (missingProgram("ffmpeg") ?? XVFB_MISSING) !== undefined;
const WIDTH = 320;
const HEIGHT = 200;
const PATH = Deno.env.get("PATH") ?? "";

function environment(display: string | undefined, path = PATH): CaptureEnvironment {
  return { os: "linux", variable: (name) => ({ DISPLAY: display, PATH: path } as Record<string, string>)[name] };
}

/** Blue, green, red of a pixel. */
function pixel(picture: Picture, x: number, y: number): number[] {
  const at = y * picture.stride + x * 4;
  return [...picture.data.subarray(at, at + 3)];
}

async function open(server: Xvfb): Promise<[ScreenSource, Monitor]> {
  const source = await ffmpegBackend.open({ environment: environment(server.display) });
  const [monitor] = await source.monitors();
  assert(monitor);
  return [source, monitor];
}

/** Resolves when the source shows this colour at a pixel of the monitor. */
async function shows(source: ScreenSource, monitor: Monitor, [x, y]: [number, number], color: number[]): Promise<void> {
  await eventually(async () => {
    const changes = await source.changes(monitor);
    if (changes?.length === 0) return undefined;
    const picture = await source.grab(monitor, { x, y, width: 4, height: 2 });
    return String(pixel(picture, 0, 0)) === String(color) || undefined;
  }, `the colour ${color}`);
}

Deno.test({
  name: "ffmpeg shows what is painted, the area that is asked for, and the pointer apart",
  ignore: IGNORE,
  async fn() {
    await using server = await Xvfb.start({ width: WIDTH, height: HEIGHT });
    await using painter = await X11Painter.open(server.display);
    painter.fill({ x: 0, y: 0, width: WIDTH, height: HEIGHT }, 0x102030);
    painter.setPointer({ width: 8, height: 8, hotX: 0, hotY: 0, color: [255, 0, 0] });
    painter.movePointer(100, 100);
    await painter.sync();
    const [source, monitor] = await open(server);
    try {
      assertEquals([source.backend, monitor.width, monitor.height], ["ffmpeg", WIDTH, HEIGHT]);
      assertEquals(await source.changes(monitor), undefined);
      await shows(source, monitor, [50, 60], [0x30, 0x20, 0x10]);
      painter.fill({ x: 50, y: 60, width: 20, height: 20 }, 0xaabbcc);
      await painter.sync();
      await shows(source, monitor, [50, 60], [0xcc, 0xbb, 0xaa]);
      const picture = await source.grab(monitor, { x: 48, y: 58, width: 40, height: 30 });
      assertEquals([picture.width, picture.height], [40, 30]);
      assertEquals(pixel(picture, 1, 2), [0x30, 0x20, 0x10]);
      assertEquals(pixel(picture, 2, 2), [0xcc, 0xbb, 0xaa]);
      assertEquals(pixel(picture, 21, 21), [0xcc, 0xbb, 0xaa]);
      assertEquals(pixel(picture, 22, 21), [0x30, 0x20, 0x10]);
      const cursor = await source.cursor();
      assertEquals([cursor?.x, cursor?.y], [100, 100]);
      const under = await source.grab(monitor, { x: 100, y: 100, width: 8, height: 8 });
      assertEquals(pixel(under, 3, 3), [0x30, 0x20, 0x10]);
    } finally {
      await source.close();
      await source.close();
    }
    const { code } = await assertRejects(() => source.grab(monitor, monitor), MeshError);
    assertEquals(code, "UNAVAILABLE");
  },
});

Deno.test({
  name: "ffmpeg is unavailable once the display server has died, and can be opened again with the next",
  ignore: IGNORE,
  async fn() {
    await using server = await Xvfb.start({ width: WIDTH, height: HEIGHT });
    const [source, monitor] = await open(server);
    try {
      await source.grab(monitor, monitor);
      await server.kill();
      const failed = await eventually(
        () => source.changes(monitor).then(() => source.grab(monitor, monitor)).then(() => undefined, (error) => error),
        "the failure",
      );
      assert(failed instanceof MeshError);
      assertEquals(failed.code, "UNAVAILABLE");
    } finally {
      await source.close();
    }
    await server.restart();
    const [again, first] = await open(server);
    await again.grab(first, first);
    await again.close();
  },
});

Deno.test({
  name: "an ffmpeg whose pictures nobody wants is ended, and started again for who does",
  ignore: Deno.build.os === "windows",
  async fn() {
    let started = 0;
    const monitor = { index: 0, name: "one", primary: true, x: 0, y: 0, width: 2, height: 1 };
    const desktop: Desktop = {
      monitors: () => Promise.resolve([monitor]),
      cursor: () => Promise.resolve(undefined),
      close: () => Promise.resolve(),
    };
    const command = () => {
      const args = ["-c", `printf ${++started}aaabbbb; sleep 60`];
      return { program: "/bin/sh", args, folder: "/", environment: { PATH } };
    };
    const source = new FfmpegSource({ desktop, pointerApart: false, command, idleMs: 50 });
    try {
      await source.grab(monitor, monitor);
      const restarted = async () => {
        const { data } = await source.grab(monitor, monitor);
        return data[0] === "2".charCodeAt(0) || undefined;
      };
      // Longer than it may idle; eventually asks again and again, which keeps it running.
      await delay(100);
      await eventually(restarted, "the second process");
    } finally {
      await source.close();
    }
  },
});

Deno.test("ffmpeg without a display or without ffmpeg is refused with the reason", async () => {
  assertStringIncludes(ffmpegBackend.excluded(environment(undefined)) ?? "", "DISPLAY is not set");
  assertEquals(ffmpegBackend.excluded(environment(":0")), undefined);
  const opening = () => ffmpegBackend.open({ environment: environment(":0", "/nonexistent") });
  await assertRejects(opening, MeshError, "ffmpeg is not installed");
});
