import { MeshError } from "../../../core/errors.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../../../tests/assert.ts";
import { eventually } from "../../../../tests/processes.ts";
import { readBmp } from "./bmp.ts";
import { type CoreGraphicsLibrary, displaysOf } from "./core_graphics.ts";
import { macosBackend } from "./macos_backend.ts";
import { ScreencaptureSource } from "./screencapture_source.ts";

/** A file of so many bits a pixel. @param rows as they are in the file */
function bmp(
  bits: number,
  width: number,
  height: number,
  rows: number[][],
  compression = 0,
  headerBytes = 54,
): Uint8Array {
  const file = new Uint8Array(headerBytes + rows.flat().length);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(10, headerBytes, true);
  view.setUint32(14, headerBytes - 14, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, compression, true);
  if (compression === 3) [0xff0000, 0xff00, 0xff].forEach((mask, at) => view.setUint32(54 + 4 * at, mask, true));
  file.set(rows.flat(), headerBytes);
  return file;
}

const ROW_24 = [1, 2, 3, 4, 5, 6, 0, 0];
const ROW_32 = [11, 12, 13, 0, 14, 15, 16, 0];

Deno.test("a BMP's rows are put from top to bottom, 4 bytes a pixel", () => {
  const expected = [11, 12, 13, 0, 14, 15, 16, 0, 1, 2, 3, 0, 4, 5, 6, 0];
  const row24 = [11, 12, 13, 14, 15, 16, 0, 0];
  assertEquals([...readBmp(bmp(24, 2, 2, [ROW_24, row24])).data], expected);
  assertEquals([...readBmp(bmp(24, 2, -2, [row24, ROW_24])).data], expected);
  const last = [1, 2, 3, 0, 4, 5, 6, 0];
  assertEquals([...readBmp(bmp(32, 2, 2, [last, ROW_32])).data], expected);
  const picture = readBmp(bmp(32, 2, 2, [last, ROW_32], 3, 138));
  assertEquals([picture.width, picture.height, picture.stride, ...picture.data], [2, 2, 8, ...expected]);
});

Deno.test("a BMP that is broken, or of another kind, is refused with the reason", () => {
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(100), "no BMP"],
    [bmp(24, 2, 2, [ROW_24, ROW_24]).subarray(0, 40), "no BMP"],
    [bmp(8, 2, 2, [ROW_24]), "8 bits"],
    [bmp(24, 2, 1, [ROW_24], 1), "compression is 1"],
    [bmp(24, 2, 2, [ROW_24]), "cut off"],
    [bmp(24, 0, 1, [ROW_24]), "0x1 pixels"],
    [bmp(24, 2, -(2 ** 31), [ROW_24]), "pixels"],
  ];
  for (const [file, reason] of cases) assertThrows(() => readBmp(file), MeshError, reason);
});

/** CoreGraphics of a Mac with two displays, the second left of the first. */
function library(error = 0): CoreGraphicsLibrary {
  const bounds: Record<number, number[]> = { 7: [0, 0, 2, 1], 9: [-4, 0, 4, 2] };
  return {
    CGGetActiveDisplayList(max, displays, count) {
      assert(max >= 2 && displays.length >= max);
      displays.set([7, 9]);
      count[0] = 2;
      return error;
    },
    CGDisplayBounds: (display) => new Uint8Array(new Float64Array(bounds[display] ?? []).buffer),
    CGPreflightScreenCaptureAccess: () => true,
    CGRequestScreenCaptureAccess: () => true,
  };
}

Deno.test("a Mac's displays come with their places", () => {
  assertEquals(displaysOf(library()), [
    { id: 7, x: 0, y: 0, width: 2, height: 1 },
    { id: 9, x: -4, y: 0, width: 4, height: 2 },
  ]);
  assertThrows(() => displaysOf(library(1001)), Error, "error 1001");
});

/** A source whose `screencapture` is a shell script, which gets that program's arguments. */
function source(script: string, mayCapture = () => true): ScreencaptureSource {
  return new ScreencaptureSource({
    displays: () => displaysOf(library()),
    mayCapture,
    command: (args) => ({
      program: "/bin/sh",
      args: ["-c", script, "screencapture", ...args],
      folder: "/",
      environment: { PATH: Deno.env.get("PATH") ?? "" },
    }),
  });
}

/** Prints a file with `printf`. */
function printed(file: Uint8Array): string {
  return `printf '${[...file].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}'`;
}

const MAIN = printed(bmp(32, 2, 1, [ROW_32]));
const RETINA = printed(bmp(24, 8, 4, [1, 2, 3, 4].map((row) => Array(24).fill(row))));
const BOTH = `[ "$1$2$3$4$5" = "-x-C-tbmp-D" ] || exit 9; if [ "$6" = 1 ]; then ${MAIN}; else ${RETINA}; fi > "$7"`;
const UNIX = Deno.build.os !== "windows";

Deno.test({
  name: "a Mac's monitors have the size of their pictures, which are captured one by one",
  ignore: !UNIX,
  async fn() {
    const screen = source(BOTH);
    try {
      const [first, second] = await screen.monitors();
      assert(first && second);
      assertEquals(first, { index: 0, name: "Display 1", primary: true, x: 0, y: 0, width: 2, height: 1 });
      assertEquals(second, { index: 1, name: "Display 2", primary: false, x: -8, y: 0, width: 8, height: 4 });
      assertEquals(await screen.changes(), undefined);
      assertEquals(await screen.cursor(), undefined);
      const picture = await screen.grab(second, { x: 1, y: 3, width: 7, height: 1 });
      assertEquals([picture.width, picture.height, ...picture.data.subarray(0, 3)], [7, 1, 1, 1, 1]);
      await assertRejects(() => screen.grab({ ...first, width: 3 }, first), MeshError, "has changed");
    } finally {
      await screen.close();
      await screen.close();
    }
    await assertRejects(() => screen.monitors(), MeshError, "closed");
  },
});

Deno.test({
  name: "a Mac that does not let its screen be seen is unavailable, with what to do about it",
  ignore: !UNIX,
  async fn() {
    const cases: [ScreencaptureSource, string][] = [
      [source(BOTH, () => false), "Privacy & Security"],
      [source("echo could not create image from display >&2"), "took no picture: could not create image"],
      [source("exit 1"), "exit code 1"],
    ];
    for (const [screen, reason] of cases) {
      const { code, message } = await assertRejects(() => screen.monitors(), MeshError);
      assertEquals(code, "UNAVAILABLE");
      assertStringIncludes(message, reason);
      await screen.close();
    }
  },
});

Deno.test({
  name: "closing a Mac's screen ends the capture that runs",
  ignore: !UNIX,
  async fn() {
    let started = false;
    const screen = source("sleep 60", () => started = true);
    const waiting = assertRejects(() => screen.monitors(), MeshError, "closed");
    await eventually(() => started || undefined, "the capture");
    await screen.close();
    await waiting;
  },
});

Deno.test({
  name: "CoreGraphics is said to be missing where it is",
  ignore: Deno.build.os === "darwin",
  async fn() {
    const environment = { os: "linux" as const, variable: () => undefined };
    assertEquals(macosBackend.excluded(environment), "it captures only on macOS");
    await assertRejects(() => macosBackend.open({ environment }), MeshError, "CoreGraphics cannot be used");
  },
});
