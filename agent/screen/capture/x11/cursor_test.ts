import { assert, assertEquals } from "../../../../tests/assert.ts";
import { until, X11Desk } from "../../../../tests/screen/x11_desk.ts";
import { XVFB_MISSING } from "../../../../tests/screen/xvfb.ts";
import type { CursorState, ScreenSource } from "../../types.ts";
import { straightRgba } from "./cursor_reader.ts";

const ignore = XVFB_MISSING !== undefined;
const POINTER = { width: 8, height: 6, hotX: 2, hotY: 3, color: [255, 128, 0] } as const;

function cursorThat(source: ScreenSource, fits: (state: CursorState | undefined) => boolean) {
  return until(() => source.cursor(), fits, "the pointer");
}

Deno.test({ name: "the pointer's place, shape and hot spot are told", ignore }, async () => {
  await using desk = await X11Desk.open();
  desk.painter.setPointer(POINTER);
  desk.painter.movePointer(100, 200);
  await desk.painter.sync();
  const state = await cursorThat(desk.source, (state) => state?.shape.width === 8);
  assertEquals([state?.x, state?.y], [100, 200]);
  const shape = state?.shape;
  assertEquals([shape?.width, shape?.height, shape?.hotX, shape?.hotY], [8, 6, 2, 3]);
  assertEquals(shape?.rgba, Uint8Array.from({ length: 8 * 6 * 4 }, (_, index) => [255, 128, 0, 255][index % 4] ?? 0));
});

Deno.test({ name: "a pointer that only moves keeps its shape; another look has another serial", ignore }, async () => {
  await using desk = await X11Desk.open();
  const { source, painter } = desk;
  painter.setPointer(POINTER);
  await painter.sync();
  const first = await cursorThat(source, (state) => state?.shape.width === 8);
  painter.movePointer(1919, 1079);
  await painter.sync();
  const moved = await source.cursor();
  assertEquals([moved?.x, moved?.y], [1919, 1079]);
  assert(moved?.shape === first?.shape, "the shape was made again");
  painter.setPointer({ ...POINTER, width: 12 });
  await painter.sync();
  const second = await cursorThat(source, (state) => state?.shape.width === 12);
  assert(second?.shape.serial !== first?.shape.serial, "two looks have one serial");
});

Deno.test({ name: "a pointer of which nothing is to be seen is none", ignore }, async () => {
  await using desk = await X11Desk.open();
  desk.painter.setPointer(POINTER, false);
  await desk.painter.sync();
  assertEquals(await cursorThat(desk.source, (state) => state === undefined), undefined);
  desk.painter.setPointer(POINTER);
  await desk.painter.sync();
  assertEquals((await cursorThat(desk.source, (state) => state !== undefined))?.shape.width, 8);
});

Deno.test("the colours of what shines through are brought back to full strength", () => {
  const halfRed = [0, 0, 128, 128];
  const white = [255, 255, 255, 255];
  const nothing = [0, 0, 0, 0];
  const faintBlue = [1, 0, 0, 1];
  assertEquals(
    [...straightRgba(Uint8Array.from([halfRed, white, nothing, faintBlue].flat()))],
    [[255, 0, 0, 128], [255, 255, 255, 255], [0, 0, 0, 0], [0, 0, 255, 1]].flat(),
  );
});
