import { assert, assertEquals, assertRejects } from "../../../../tests/assert.ts";
import { colorsOf, pattern, X11Desk } from "../../../../tests/screen/x11_desk.ts";
import { XVFB_MISSING } from "../../../../tests/screen/xvfb.ts";
import { MeshError } from "../../../core/errors.ts";
import type { Rectangle } from "../../types.ts";

const ignore = XVFB_MISSING !== undefined;
const SCREEN = { width: 1280, height: 720 };

function same(actual: Uint32Array, expected: (index: number) => number, what: string): void {
  const wrong = actual.findIndex((color, index) => color !== expected(index));
  assertEquals(
    wrong,
    -1,
    `${what}: pixel ${wrong} is ${actual[wrong]?.toString(16)}, not ${expected(wrong).toString(16)}`,
  );
}

for (const sharedMemory of [true, false]) {
  const way = sharedMemory ? "shared memory" : "the socket";

  Deno.test({ name: `a screen is captured by ${way}, exact to the pixel`, ignore }, async () => {
    await using desk = await X11Desk.open({ ...SCREEN, sharedMemory });
    const { source, painter, monitor } = desk;
    assertEquals(source.backend, sharedMemory ? "x11-shm" : "x11-socket");
    const whole = { x: 0, y: 0, ...SCREEN };
    const pixels = pattern(SCREEN);
    painter.put(whole, pixels);
    await painter.sync();
    const expected = new Uint32Array(pixels.buffer);
    const areas: Rectangle[] = [
      whole,
      { x: 0, y: 0, width: 1, height: 1 },
      { x: 1279, y: 719, width: 1, height: 1 },
      { x: 13, y: 7, width: 101, height: 33 },
      { x: 641, y: 1, width: 639, height: 719 },
      whole,
    ];
    for (const area of areas) {
      const picture = await source.grab(monitor, area);
      assertEquals([picture.width, picture.height], [area.width, area.height]);
      same(colorsOf(picture), (index) => {
        const [x, y] = [area.x + index % area.width, area.y + Math.floor(index / area.width)];
        return (expected[y * SCREEN.width + x] ?? NaN) & 0xffffff;
      }, `${way} ${JSON.stringify(area)}`);
    }
  });

  Deno.test({ name: `a screen of 16 bits is captured by ${way}`, ignore }, async () => {
    await using desk = await X11Desk.open({ width: 101, height: 50, depth: 16, sharedMemory });
    desk.painter.fill({ x: 0, y: 0, width: 101, height: 50 }, 0xf800);
    desk.painter.fill({ x: 33, y: 20, width: 1, height: 1 }, 0x07ff);
    await desk.painter.sync();
    const picture = await desk.source.grab(desk.monitor, { x: 0, y: 0, width: 101, height: 50 });
    same(colorsOf(picture), (index) => index === 20 * 101 + 33 ? 0x00ffff : 0xff0000, way);
  });

  Deno.test(
    { name: `an area that is not on the screen fails one grab by ${way}, and nothing else`, ignore },
    async () => {
      await using desk = await X11Desk.open({ width: 200, height: 100, sharedMemory });
      const { source, painter, monitor } = desk;
      painter.fill({ x: 0, y: 0, width: 200, height: 100 }, 0x123456);
      await painter.sync();
      for (const area of [{ x: 150, y: 0, width: 51, height: 10 }, { x: -1, y: 0, width: 5, height: 5 }]) {
        const error = await assertRejects(() => source.grab(monitor, area), MeshError, "is not inside the monitor");
        assertEquals(error.code, "INVALID_ARGUMENT");
      }
      for (const area of [{ x: 0, y: 0, width: 0, height: 1 }, { x: 0.5, y: 0, width: 1, height: 1 }]) {
        assertEquals((await assertRejects(() => source.grab(monitor, area), MeshError)).code, "INVALID_ARGUMENT");
      }
      // The caller still believes in a monitor that was larger.
      const former = { ...monitor, width: 4000, height: 2000 };
      const error = await assertRejects(
        () => source.grab(former, { x: 0, y: 0, width: 4000, height: 2000 }),
        MeshError,
      );
      assertEquals(error.code, "FAILED_PRECONDITION");
      same(colorsOf(await source.grab(monitor, { x: 1, y: 1, width: 9, height: 9 })), () => 0x123456, way);
    },
  );
}

Deno.test({ name: "a server that shares no memory sends its pictures", ignore }, async () => {
  await using desk = await X11Desk.open({ width: 200, height: 100, flags: ["-extension", "MIT-SHM"] });
  assertEquals(desk.source.backend, "x11-socket");
  const picture = await desk.source.grab(desk.monitor, { x: 0, y: 0, width: 200, height: 100 });
  assert(picture.data.length >= 200 * 100 * 4);
});

Deno.test({ name: "windows are part of the picture, and the pointer is not", ignore }, async () => {
  await using desk = await X11Desk.open({ width: 200, height: 100 });
  desk.painter.window({ x: 0, y: 0, width: 200, height: 100 }, 0xabcdef);
  desk.painter.setPointer({ width: 16, height: 16, hotX: 0, hotY: 0, color: [255, 0, 0] });
  desk.painter.movePointer(50, 50);
  await desk.painter.sync();
  const picture = await desk.source.grab(desk.monitor, { x: 0, y: 0, width: 200, height: 100 });
  same(colorsOf(picture), () => 0xabcdef, "the window");
});

Deno.test({ name: "a picture that is kept beyond the end of its source is empty", ignore }, async () => {
  await using desk = await X11Desk.open({ width: 200, height: 100 });
  const picture = await desk.source.grab(desk.monitor, { x: 0, y: 0, width: 200, height: 100 });
  await desk.source.close();
  assertEquals(picture.data.length, 0);
  await desk.source.close();
});
