import { WeriftViewer } from "../../agent/screen/stream/werift_viewer.ts";
import { connect, type Mesh, MeshError } from "../../mod.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../assert.ts";
import { AgentProcess, edgemesh, eventually, TEST_KEY } from "../processes.ts";
import { Xvfb, XVFB_MISSING } from "./xvfb.ts";

const ignore = XVFB_MISSING !== undefined;

/** A coordinator without a screen, and a device that has joined it with one. */
async function mesh(screen: Xvfb, consent: "ask" | "allow") {
  await using opened = new AsyncDisposableStack();
  const coordinator = opened.use(await AgentProcess.start({ name: "hub", flags: ["--no-screen"] }));
  const flags = ["--screen", consent, "--capture", "x11"];
  const join = [coordinator.grpc];
  // Without PATH no program for a dialog is found.
  const env = { DISPLAY: screen.display, ...(consent === "ask" ? { PATH: "/nowhere" } : {}) };
  const device = opened.use(await AgentProcess.start({ name: "desk", join, flags, env }));
  const client = opened.use(await connect(coordinator.grpc, { key: TEST_KEY, name: "ada's tablet" }));
  await eventually(async () => {
    const devices = await client.devices();
    return devices.some(({ device_name, can_screen_capture }) => device_name === "desk" && can_screen_capture) ||
      undefined;
  }, "the device to say that it has a screen");
  const all = opened.move();
  return { coordinator, device, client, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Starts a stream, and waits for its first picture. */
async function look(client: Mesh): Promise<{ id: string; viewer: WeriftViewer }> {
  const { stream_id, sdp, device_name } = await client.startScreen("desk", { fps: 10 });
  assertEquals(device_name, "desk");
  const viewer = await WeriftViewer.answering(sdp);
  await client.answerScreen(stream_id, viewer.answer);
  await viewer.message((message) => message instanceof Uint8Array, "a picture");
  return { id: stream_id, viewer };
}

function auditOf(agent: AgentProcess): Record<string, unknown>[] {
  const text = Deno.readTextFileSync(`${agent.dataDir}/audit.jsonl`);
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

Deno.test({
  name: "a screen is seen by way of a coordinator that the pictures do not pass, and by nobody unnoticed",
  ignore,
  async fn() {
    await using screen = await Xvfb.start({ width: 320, height: 240 });
    await using parts = await mesh(screen, "allow");
    const { coordinator, device, client } = parts;
    const [monitor] = await client.monitors("desk");
    assertEquals([monitor?.index, monitor?.primary, monitor?.width, monitor?.height], [0, true, 320, 240]);
    const { id, viewer } = await look(client);
    await using _viewer = viewer;
    const status = await eventually(async () => {
      const { stdout } = await edgemesh(["status", "desk", "--server", coordinator.grpc]);
      return stdout.includes("looks at") ? stdout : undefined;
    }, "the viewer in the device's status");
    assertMatch(status, /\nScreen: +ada's tablet \(127\.0\.0\.1:\d+\) looks at \S+, begun /);
    assertMatch(status, /\nCapabilities: .*\bscreen\b/);
    await client.stopScreen(id);
    await eventually(() => viewer.closed || undefined, "the viewer to hear of the end");
    const gone = await assertRejects(() => client.stopScreen(id), MeshError);
    assertEquals(gone.code, "NOT_FOUND");
    await device.stop();
    assertMatch(device.log.text, /ada's tablet \(127\.0\.0\.1:\d+\) looks at this device's screen/);
    const events = auditOf(device);
    assertEquals(events.map(({ event }) => event), ["screen.asked", "screen.started", "screen.ended"]);
    for (const { who, device: where } of events) assertEquals([who, where], ["ada's tablet", device.deviceId]);
    assertEquals([events[1]?.what, events[2]?.what, events[2]?.why], [id, id, "it was stopped"]);
  },
});

Deno.test({
  name: "a stream goes on when the coordinator has ended, and ends with the device's agent",
  ignore,
  async fn() {
    await using screen = await Xvfb.start({ width: 320, height: 240 });
    await using parts = await mesh(screen, "allow");
    const { coordinator, device, client } = parts;
    const { viewer } = await look(client);
    await using _viewer = viewer;
    await coordinator.kill();
    await device.log.line(/not attached to .*, trying again/);
    const seen = viewer.messages.length;
    await viewer.message((message) => message instanceof Uint8Array, "another picture", seen);
    assertEquals(await device.stop(), 0);
    await eventually(() => viewer.closed || undefined, "the end of the stream");
    assertEquals(auditOf(device).at(-1)?.why, "the device's agent is stopping");
  },
});

Deno.test({
  name: "where the user cannot be asked nobody sees the screen, and the device keeps who wanted to",
  ignore,
  async fn() {
    await using screen = await Xvfb.start({ width: 320, height: 240 });
    await using parts = await mesh(screen, "ask");
    const { device, client } = parts;
    const refused = await assertRejects(() => client.startScreen("desk"), MeshError);
    assertEquals(refused.code, "PERMISSION_DENIED");
    assertStringIncludes(refused.message, "cannot be asked");
    const wrong = await assertRejects(() => client.startScreen("hub"), MeshError);
    assertEquals([wrong.code, wrong.message], ["FAILED_PRECONDITION", "this device shows no screen (--screen off)"]);
    await device.stop();
    const [asked, denied] = auditOf(device);
    assertEquals([asked?.event, denied?.event, denied?.who], ["screen.asked", "screen.refused", "ada's tablet"]);
    assert(String(denied?.why).includes("cannot be asked"), String(denied?.why));
  },
});
