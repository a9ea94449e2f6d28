import { assertEquals } from "../tests/assert.ts";
import { eventually } from "../tests/processes.ts";
import { MeshError } from "./core/errors.ts";
import { ScreenCapture } from "./screen_capture.ts";

/** A screen that is there or not. */
function rig(retryMs = 3_600_000) {
  const state = { reason: "", probes: 0 };
  const capture = new ScreenCapture({
    probe: () => {
      state.probes++;
      return state.reason
        ? Promise.reject(new MeshError("FAILED_PRECONDITION", state.reason))
        : Promise.resolve("fake");
    },
    retryMs,
  });
  const told: string[] = [];
  capture.onChange(() => told.push(capture.unavailable));
  const probed = (count: number) => eventually(() => state.probes >= count || undefined, `${count} probes`);
  return { state, capture, told, probed };
}

Deno.test("a screen counts as one that can be captured only after a picture of it", async () => {
  const { capture, told } = rig();
  assertEquals(capture.unavailable.includes("not yet found out"), true);
  capture.start();
  await eventually(() => told[0] === "" || undefined, "the probe");
  await capture.stop();
  assertEquals([told, capture.unavailable], [[""], ""]);
});

Deno.test("a screen that could not be captured is tried again by itself, and each change is told once", async () => {
  const { state, capture, told, probed } = rig(5);
  state.reason = "no display";
  capture.start();
  await probed(3);
  state.reason = "no monitor";
  await eventually(() => told.includes("no monitor") || undefined, "the other reason");
  state.reason = "";
  await eventually(() => told.includes("") || undefined, "the screen");
  await capture.stop();
  assertEquals(told, ["no display", "no monitor", ""]);
});

Deno.test("a failure for want of a screen has it looked for again at once; another failure does not", async () => {
  const { state, capture, told, probed } = rig();
  capture.start();
  await probed(1);
  await eventually(() => told.length || undefined, "the probe");
  capture.failed(new MeshError("PERMISSION_DENIED", "the user refused"));
  capture.failed(new MeshError("INVALID_ARGUMENT", "no monitor 7"));
  assertEquals(state.probes, 1);
  state.reason = "the X server is gone";
  capture.failed(new MeshError("UNAVAILABLE", "the X server is gone"));
  await eventually(() => told.at(-1) === "the X server is gone" || undefined, "the loss");
  capture.works();
  await capture.stop();
  assertEquals(told, ["", "the X server is gone", ""]);
  capture.failed(new MeshError("UNAVAILABLE", "the agent is stopping"));
  assertEquals(state.probes, 2);
});

Deno.test("an agent that stops waits for the attempt that is under way", async () => {
  const attempt = Promise.withResolvers<string>();
  const capture = new ScreenCapture({ probe: () => attempt.promise });
  capture.start();
  const stopped = capture.stop();
  attempt.resolve("fake");
  await stopped;
  assertEquals(capture.unavailable, "");
});
