import { MeshError } from "../../../core/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../../tests/assert.ts";
import { eventually } from "../../../../tests/processes.ts";
import { Sway, SWAY_MISSING } from "../../../../tests/screen/sway.ts";
import type { Picture } from "../../types.ts";
import { waylandBackend } from "./wayland_backend.ts";

const CONFIG = `
output HEADLESS-1 mode 640x480 position 0 0
output HEADLESS-1 bg #336699 solid_color
output HEADLESS-2 mode 400x600 position 640 0 scale 2 transform 90
output HEADLESS-2 bg #cc2211 solid_color
`;
const NEVER = new AbortController().signal;

/** Blue, green, red of a pixel. */
function pixel(picture: Picture, x: number, y: number): number[] {
  const at = y * picture.stride + x * 4;
  return [...picture.data.subarray(at, at + 3)];
}

function openOn(sway: Sway) {
  return waylandBackend.open({ environment: { os: "linux", variable: (name) => sway.variables[name] }, signal: NEVER });
}

Deno.test({
  name: "grim: the monitors of a Wayland desktop, turned and scaled ones too, and pictures of each",
  ignore: SWAY_MISSING !== undefined,
  async fn() {
    await using sway = await Sway.start(CONFIG, 2);
    const source = await openOn(sway);
    try {
      assertEquals(source.backend, "grim");
      // Sway says that it is there before it has read its configuration to the end.
      const [first, second] = await eventually(async () => {
        const monitors = await source.monitors();
        const sizes = monitors.map(({ width, height }) => `${width}x${height}`).join();
        return sizes === "640x480,600x400" ? monitors : undefined;
      }, "the configured monitors");
      assert(first && second);
      assertEquals(first, { index: 0, name: "HEADLESS-1", primary: true, x: 0, y: 0, width: 640, height: 480 });
      assertEquals([second.index, second.name, second.primary], [1, "HEADLESS-2", false]);
      assertEquals(await source.changes(first), undefined);
      const area = { x: 600, y: 460, width: 40, height: 20 };
      const blue = await eventually(async () => {
        const picture = await source.grab(first, area);
        return pixel(picture, 0, 0)[0] === 0x99 ? picture : undefined;
      }, "the painted background");
      assertEquals([blue.width, blue.height, pixel(blue, 39, 19)], [40, 20, [0x99, 0x66, 0x33]]);
      const red = await source.grab(second, { x: 0, y: 0, width: 600, height: 400 });
      assertEquals([red.width, red.height, pixel(red, 599, 399)], [600, 400, [0x11, 0x22, 0xcc]]);
    } finally {
      await source.close();
      await source.close();
    }
  },
});

Deno.test({
  name: "grim: a compositor that dies makes the screen unavailable",
  ignore: SWAY_MISSING !== undefined,
  async fn() {
    await using sway = await Sway.start("", 1);
    const source = await openOn(sway);
    try {
      const [monitor] = await source.monitors();
      assert(monitor);
      await sway.kill();
      for (const call of [() => source.monitors(), () => source.grab(monitor, monitor)]) {
        const { code } = await assertRejects(call, MeshError);
        assertEquals(code, "UNAVAILABLE");
      }
    } finally {
      await source.close();
    }
  },
});
