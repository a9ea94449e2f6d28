import { assertEquals, assertRejects, assertStringIncludes } from "../../../../tests/assert.ts";
import { X11Desk } from "../../../../tests/screen/x11_desk.ts";
import { Xvfb, XVFB_MISSING } from "../../../../tests/screen/xvfb.ts";
import { MeshError } from "../../../core/errors.ts";
import type { Monitor, ScreenSource } from "../../types.ts";
import { X11Source } from "./x11_source.ts";

const ignore = XVFB_MISSING !== undefined;
const AREA = { x: 0, y: 0, width: 640, height: 480 };

function calls(source: ScreenSource, monitor: Monitor): Promise<unknown>[] {
  return [source.grab(monitor, AREA), source.cursor(), source.monitors()];
}

async function isGone(call: Promise<unknown>, display: string): Promise<void> {
  const error = await assertRejects(() => call, MeshError);
  assertEquals(error.code, "UNAVAILABLE");
  assertStringIncludes(error.message, `The display ${display} is gone`);
}

for (const sharedMemory of [true, false]) {
  const way = sharedMemory ? "shared memory" : "the socket";

  Deno.test(
    { name: `a server killed in mid-grab by ${way} fails all calls, and a new one is opened`, ignore },
    async () => {
      await using desk = await X11Desk.open({ width: 640, height: 480, sharedMemory });
      const { server, source, monitor } = desk;
      await source.changes(monitor);
      const picture = await source.grab(monitor, AREA);
      // It stands still, so that it dies with the calls before it.
      server.signal("SIGSTOP");
      const pending = calls(source, monitor).map((call) => isGone(call, server.display));
      await server.kill();
      await Promise.all(pending);
      for (const call of [...calls(source, monitor), source.changes(monitor)]) await isGone(call, server.display);
      // Somebody may still be at work on the last picture: it is there until the source is closed.
      assertEquals(picture.data.length, 640 * 480 * 4);
      await source.close();
      await isGone(source.monitors(), server.display);

      await server.restart();
      const again = await X11Source.open({ display: server.display, sharedMemory });
      assertEquals((await again.grab(monitor, AREA)).width, 640);
      await again.close();
    },
  );
}

Deno.test({ name: "a server that dies while pictures are taken ends them, whenever that is", ignore }, async () => {
  for (let grabs = 0; grabs < 10; grabs++) {
    await using desk = await X11Desk.open({ width: 640, height: 480, sharedMemory: grabs % 2 === 0 });
    const { server, source, monitor } = desk;
    const grabbing = (async () => {
      for (;;) await source.grab(monitor, AREA);
    })();
    const gone = isGone(grabbing, server.display);
    for (let count = 0; count < grabs; count++) await source.monitors();
    await server.kill();
    await gone;
  }
});

Deno.test({ name: "a source that is closed in mid-grab ends the grab", ignore }, async () => {
  await using desk = await X11Desk.open({ width: 640, height: 480 });
  const gone = calls(desk.source, desk.monitor).map((call) => isGone(call, desk.server.display));
  await desk.source.close();
  await Promise.all(gone);
});

Deno.test({ name: "whoever waits for a server that stands still can give up", ignore }, async () => {
  await using server = await Xvfb.start({ width: 100, height: 100 });
  server.signal("SIGSTOP");
  const giveUp = new AbortController();
  const opening = X11Source.open({ display: server.display, signal: giveUp.signal });
  const rejected = assertRejects(() => opening, MeshError, "that is enough");
  giveUp.abort(new MeshError("CANCELLED", "that is enough"));
  await rejected;
});
