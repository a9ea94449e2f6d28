import { assertEquals, assertRejects } from "../../tests/assert.ts";
import type { DeviceInfo } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { Registry } from "../devices/registry.ts";
import { FAKE_MONITOR, FakeScreen } from "../mesh/fake_screen.ts";
import { screenReply } from "../mesh/batches.ts";
import { MeshScreens, type ScreenPeers } from "../mesh/mesh_screens.ts";
import { ScreenReports } from "../mesh/screen_reports.ts";
import type { CallContext } from "./call_context.ts";
import { screenHandlers } from "./screen_handlers.ts";

const CALL: CallContext = {
  signal: new AbortController().signal,
  peer: "10.0.0.7:4711",
  authenticated: true,
  clientName: "ada's laptop",
  remainingMs: () => undefined,
  metadata: () => "",
};

async function refusal(run: () => unknown): Promise<string> {
  const error = await assertRejects(async () => await run(), MeshError);
  return `${error.code} ${error.message}`;
}

/** Handlers of an agent whose own device is `self`, with another one, `other`. */
function rig() {
  const [self, other] = [new FakeScreen(), new FakeScreen()];
  const hosts = new Map([["self", self], ["other", other]]);
  const peers: ScreenPeers = {
    async screen(deviceId, task) {
      const host = hosts.get(deviceId);
      if (!host) throw new MeshError("UNAVAILABLE", "the device is not reachable");
      if ("start" in task) return screenReply("", { offer: await host.start(task.start, CALL.signal) });
      if ("answer" in task) await host.answer(task.answer.stream_id, task.answer.sdp);
      else if ("stop" in task) await host.stop(task.stop.stream_id);
      else return screenReply("", { monitors: { monitors: await host.monitors() } });
      return screenReply("", {});
    },
  };
  const registry = {
    get(id: string) {
      if (!hosts.has(id)) throw new MeshError("NOT_FOUND", `no device ${id}`);
      return { info: { device_id: id, device_name: `the ${id} one` } as DeviceInfo };
    },
  } as unknown as Registry;
  const handlers = screenHandlers({ screens: new MeshScreens(peers, new ScreenReports()), registry, selfId: "self" });
  return { handlers, self, other };
}

Deno.test("the contract's methods show this device's screen, with what was asked for and who asks", async () => {
  const { handlers, self, other } = rig();
  const asked = { session_id: "secret", target_fps: 15, jpeg_quality: 70, monitor_index: 1 };
  const { stream_id = "", sdp } = await handlers.StartWebRTC(asked, CALL);
  assertEquals(sdp, `offer ${stream_id}`);
  const config = { target_fps: 15, jpeg_quality: 70, monitor_index: 1 };
  assertEquals(self.starts, [{ config, video: "", client_name: "ada's laptop", peer: "10.0.0.7:4711" }]);
  assertEquals(await handlers.CompleteWebRTC({ stream_id, sdp: "answer" }, CALL), {});
  assertEquals(self.answers, ["answer"]);
  assertEquals(await handlers.StopWebRTC({ stream_id }, CALL), {});
  assertEquals((await refusal(() => handlers.StopWebRTC({ stream_id }, CALL))).split(" ")[0], "NOT_FOUND");
  assertEquals(other.starts, []);
});

Deno.test("another device's screen is asked for by its id, and its stream is answered and stopped by the stream's", async () => {
  const { handlers, self, other } = rig();
  assertEquals(await handlers.ListMonitors({ device_id: "other" }, CALL), { monitors: [FAKE_MONITOR] });
  const { stream_id = "", ...offer } = await handlers.StartScreen(
    { device_id: "other", config: null, video: "vp8" },
    CALL,
  );
  assertEquals(offer, { sdp: `offer ${stream_id}`, device_id: "other", device_name: "the other one" });
  assertEquals([other.starts[0]?.video, self.starts], ["vp8", []]);
  // The contract's methods are this device's: they know no other device's streams.
  const elsewhere = await refusal(() => handlers.CompleteWebRTC({ stream_id, sdp: "x" }, CALL));
  assertEquals(elsewhere.split(" ")[0], "NOT_FOUND");
  await handlers.AnswerScreen({ stream_id, sdp: "answer" }, CALL);
  assertEquals(other.answers, ["answer"]);
  await handlers.StopScreen({ stream_id }, CALL);
  assertEquals(other.streams.size, 0);
});

Deno.test("without a device's id it is this device; what is missing or unknown is named", async () => {
  const { handlers, self } = rig();
  const { device_id } = await handlers.StartScreen({ device_id: "", config: null, video: "" }, CALL);
  assertEquals([device_id, self.starts.length], ["self", 1]);
  const refused: [() => unknown, string][] = [
    [() => handlers.StartScreen({ device_id: "absent", config: null, video: "" }, CALL), "NOT_FOUND no device absent"],
    [
      () => handlers.StartScreen({ device_id: "", config: null, video: "h264" }, CALL),
      "INVALID_ARGUMENT video: must be",
    ],
    [() => handlers.AnswerScreen({ stream_id: "", sdp: "x" }, CALL), "INVALID_ARGUMENT stream_id: is empty"],
    [() => handlers.CompleteWebRTC({ stream_id: "s", sdp: "" }, CALL), "INVALID_ARGUMENT sdp: is empty"],
    [() => handlers.StopWebRTC({ stream_id: "" }, CALL), "INVALID_ARGUMENT stream_id: is empty"],
    [() => handlers.StopScreen({ stream_id: "s" }, CALL), 'NOT_FOUND no stream "s"'],
  ];
  for (const [call, said] of refused) assertEquals((await refusal(call)).slice(0, said.length), said);
});
