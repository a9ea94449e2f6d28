import { assert, assertEquals } from "../../../../tests/assert.ts";
import { until, X11Desk } from "../../../../tests/screen/x11_desk.ts";
import { XVFB_MISSING } from "../../../../tests/screen/xvfb.ts";
import type { Monitor, Rectangle, ScreenSource } from "../../types.ts";

const ignore = XVFB_MISSING !== undefined;

async function nextChanges(source: ScreenSource, monitor: Monitor): Promise<readonly Rectangle[] | undefined> {
  return await until(() => source.changes(monitor), (changes) => changes?.length !== 0, "a change");
}

Deno.test({ name: "what was painted is told exactly, once", ignore }, async () => {
  await using desk = await X11Desk.open();
  const { source, painter, monitor } = desk;
  assertEquals(await source.changes(monitor), undefined);
  painter.fill({ x: 3, y: 5, width: 7, height: 9 }, 0xff0000);
  painter.fill({ x: 1900, y: 1000, width: 20, height: 80 }, 0xff00);
  await painter.sync();
  assertEquals(await nextChanges(source, monitor), [
    { x: 3, y: 5, width: 7, height: 9 },
    { x: 1900, y: 1000, width: 20, height: 80 },
  ]);
  assertEquals(await source.changes(monitor), []);
  painter.fill({ x: 1, y: 1, width: 1, height: 1 }, 0xff);
  await painter.sync();
  assertEquals(await nextChanges(source, monitor), [{ x: 1, y: 1, width: 1, height: 1 }]);
});

Deno.test({ name: "nothing is told while nothing changes, wherever the pointer goes", ignore }, async () => {
  await using desk = await X11Desk.open();
  const { source, painter, monitor } = desk;
  await source.changes(monitor);
  for (let step = 0; step < 20; step++) {
    painter.movePointer(step * 50, step * 30);
    await painter.sync();
    await source.grab(monitor, { x: 0, y: 0, width: 64, height: 64 });
    await source.cursor();
    assertEquals(await source.changes(monitor), []);
  }
});

Deno.test({ name: "a change while a picture is taken is in the next answer", ignore }, async () => {
  await using desk = await X11Desk.open();
  const { source, painter, monitor } = desk;
  await source.changes(monitor);
  for (let color = 1; color <= 20; color++) {
    painter.fill({ x: 10, y: 10, width: 20, height: 20 }, color);
    const grabbed = source.grab(monitor, { x: 0, y: 0, width: 1920, height: 1080 });
    await Promise.all([painter.sync(), grabbed]);
    assertEquals(await nextChanges(source, monitor), [{ x: 10, y: 10, width: 20, height: 20 }]);
  }
});

Deno.test({ name: "each monitor is told its own changes, from its own corner", ignore }, async () => {
  await using desk = await X11Desk.open();
  const { source, painter, monitor } = desk;
  const left = { ...monitor, width: 960 };
  const right = { ...monitor, index: 1, x: 960, width: 960 };
  await source.changes(left);
  await source.changes(right);
  painter.fill({ x: 950, y: 100, width: 30, height: 10 }, 0xff0000);
  await painter.sync();
  assertEquals(await nextChanges(source, left), [{ x: 950, y: 100, width: 10, height: 10 }]);
  assertEquals(await source.changes(left), []);
  assertEquals(await source.changes(right), [{ x: 0, y: 100, width: 20, height: 10 }]);
});

Deno.test({ name: "very many changes are told as one area that holds them all", ignore }, async () => {
  await using desk = await X11Desk.open();
  const { source, painter, monitor } = desk;
  await source.changes(monitor);
  for (let index = 0; index < 400; index++) {
    painter.fill({ x: 100 + index % 20 * 40, y: 50 + Math.floor(index / 20) * 40, width: 3, height: 3 }, index);
  }
  await painter.sync();
  const changes = await nextChanges(source, monitor);
  assertEquals(changes, [{ x: 100, y: 50, width: 763, height: 763 }]);
});

Deno.test({ name: "a server that cannot tell says so each time", ignore }, async () => {
  await using desk = await X11Desk.open({ flags: ["-extension", "DAMAGE"] });
  assertEquals(await desk.source.changes(desk.monitor), undefined);
  assertEquals(await desk.source.changes(desk.monitor), undefined);
  assert((await desk.source.grab(desk.monitor, { x: 0, y: 0, width: 10, height: 10 })).data.length > 0);
});
