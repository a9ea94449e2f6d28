import { assertEquals, assertRejects } from "../../../../tests/assert.ts";
import { colorsOf, until, X11Desk } from "../../../../tests/screen/x11_desk.ts";
import { missingProgram, XVFB_MISSING } from "../../../../tests/screen/xvfb.ts";
import { MeshError } from "../../../core/errors.ts";
import { intersection } from "./monitors.ts";

const ignore = (XVFB_MISSING ?? missingProgram("xrandr")) !== undefined;

async function xrandr(desk: X11Desk, ...args: string[]): Promise<void> {
  const command = new Deno.Command("xrandr", { args: ["--display", desk.server.display, ...args] });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`xrandr ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

async function splitInTwo(desk: X11Desk): Promise<void> {
  await xrandr(desk, "--setmonitor", "left", "1200/300x1080/280+0+0", "screen");
  await xrandr(desk, "--setmonitor", "*right", "720/200x1000/260+1200+80", "none");
}

Deno.test({ name: "a screen without named monitors is one", ignore }, async () => {
  await using desk = await X11Desk.open();
  const [monitor, ...others] = await desk.source.monitors();
  assertEquals(others, []);
  assertEquals(monitor, { index: 0, name: "screen", primary: true, x: 0, y: 0, width: 1920, height: 1080 });
});

Deno.test({ name: "monitors are told with name, size and place, the primary one first", ignore }, async () => {
  await using desk = await X11Desk.open();
  await splitInTwo(desk);
  assertEquals(await desk.source.monitors(), [
    { index: 0, name: "right", primary: true, x: 1200, y: 80, width: 720, height: 1000 },
    { index: 1, name: "left", primary: false, x: 0, y: 0, width: 1200, height: 1080 },
  ]);
});

Deno.test({ name: "each monitor shows its own part of the screen", ignore }, async () => {
  await using desk = await X11Desk.open();
  await splitInTwo(desk);
  const [right, left] = await desk.source.monitors();
  if (!right || !left) throw new Error("two monitors were made");
  desk.painter.fill({ x: 1199, y: 80, width: 1, height: 1 }, 0xff0000);
  desk.painter.fill({ x: 1200, y: 80, width: 1, height: 1 }, 0x00ff00);
  await desk.painter.sync();
  const corner = { x: 0, y: 0, width: 1, height: 1 };
  assertEquals([...colorsOf(await desk.source.grab(right, corner))], [0x00ff00]);
  assertEquals([...colorsOf(await desk.source.grab(left, { ...corner, x: 1199, y: 80 }))], [0xff0000]);
});

Deno.test({ name: "when the monitors change, everything may have changed", ignore }, async () => {
  await using desk = await X11Desk.open();
  const { source, monitor } = desk;
  await source.changes(monitor);
  assertEquals(await source.changes(monitor), []);
  await splitInTwo(desk);
  await until(() => source.changes(monitor), (changes) => changes === undefined, "the monitors' change");
});

Deno.test({ name: "a screen that became smaller fails one grab of what was there, and goes on", ignore }, async () => {
  await using desk = await X11Desk.open();
  const { source, monitor } = desk;
  await xrandr(desk, "--newmode", "small", "60", ..."1280 1281 1282 1283 720 721 722 723".split(" "));
  await xrandr(desk, "--addmode", "screen", "small");
  await xrandr(desk, "--output", "screen", "--mode", "small");
  const whole = { x: 0, y: 0, width: 1920, height: 1080 };
  const error = await assertRejects(() => source.grab(monitor, whole), MeshError, "1920x1080+0+0");
  assertEquals(error.code, "FAILED_PRECONDITION");
  const [smaller] = await source.monitors();
  assertEquals([smaller?.width, smaller?.height], [1280, 720]);
  if (!smaller) throw new Error("the screen has no monitor");
  assertEquals((await source.grab(smaller, { x: 0, y: 0, width: 1280, height: 720 })).width, 1280);
});

Deno.test({ name: "a screen whose server knows no monitors is one", ignore }, async () => {
  await using desk = await X11Desk.open({ width: 640, height: 480, flags: ["-extension", "RANDR"] });
  assertEquals(await desk.source.monitors(), [
    { index: 0, name: "screen", primary: true, x: 0, y: 0, width: 640, height: 480 },
  ]);
});

Deno.test("what two rectangles share", () => {
  const a = { x: -10, y: 0, width: 30, height: 20 };
  assertEquals(intersection(a, { x: 0, y: 5, width: 100, height: 5 }), { x: 0, y: 5, width: 20, height: 5 });
  assertEquals(intersection(a, { x: 20, y: 0, width: 5, height: 5 }), undefined);
});
