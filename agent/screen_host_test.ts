import { assertEquals, assertRejects } from "../tests/assert.ts";
import type { Monitor, ScreenStart, ScreenStream, WebRTCOffer } from "../proto/messages.ts";
import type { AuditEvent } from "./audit/audit_event.ts";
import { MeshError } from "./core/errors.ts";
import { ScreenCapture } from "./screen_capture.ts";
import { LocalScreenHost, type LocalStreams } from "./screen_host.ts";

/** Streams that begin and end as a test says. */
class Streams implements LocalStreams {
  failure: MeshError | undefined;
  running: ScreenStream[] = [];
  changed = () => {};
  ended = (_streamId: string, _reason: string) => {};

  start({ client_name, peer, config, video }: ScreenStart): Promise<WebRTCOffer> {
    if (this.failure) return Promise.reject(this.failure);
    const stream = {
      stream_id: "s1",
      client_name,
      peer,
      monitor_name: "HDMI-1",
      started_at: 1,
      connected: false,
      video,
    };
    this.running.push({ ...stream, monitor_index: config?.monitor_index ?? 0 });
    this.changed();
    return Promise.resolve({ stream_id: "s1", sdp: "offer" });
  }

  answer(): Promise<void> {
    return Promise.resolve();
  }

  stop(streamId: string): Promise<void> {
    this.running = [];
    this.ended(streamId, "it was stopped");
    this.changed();
    return Promise.resolve();
  }

  monitors(): Promise<Monitor[]> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve([]);
  }

  list(): ScreenStream[] {
    return this.running;
  }

  onChange(listener: () => void): void {
    this.changed = listener;
  }

  onEnd(listener: (streamId: string, reason: string) => void): void {
    this.ended = listener;
  }
}

function rig() {
  const streams = new Streams();
  const screen = { missing: "" };
  const probe = () => screen.missing ? Promise.reject(new Error(screen.missing)) : Promise.resolve();
  const capture = new ScreenCapture({ probe });
  const events: AuditEvent[] = [];
  const audit = { record: (event: AuditEvent) => events.push(event) };
  const host = new LocalScreenHost({ deviceId: "d", streams, capture, audit });
  let reports = 0;
  const unlisten = host.onReport(() => reports++);
  return { streams, screen, capture, events, host, unlisten, reports: () => reports };
}

const ASKED: ScreenStart = {
  client_name: "ada",
  peer: "10.0.0.7:1",
  config: { target_fps: 0, jpeg_quality: 0, monitor_index: 1 },
  video: "",
};
const SIGNAL = new AbortController().signal;
const WHO = { who: "ada", from: "10.0.0.7:1", device: "d" };

Deno.test("who asked for a screen, saw it and for how long is in the audit log, and who sees it in the report", async () => {
  const { host, events, capture, screen, reports, unlisten } = rig();
  assertEquals(host.report().streams, []);
  await host.start(ASKED, SIGNAL);
  assertEquals([host.report().streams[0]?.client_name, capture.unavailable], ["ada", ""]);
  await host.stop("s1");
  const details = { monitor: 1 };
  const { seconds = "missing" } = events.at(-1)?.details ?? {};
  assertEquals(typeof seconds, "number");
  assertEquals(events, [
    { event: "screen.asked", ...WHO, details },
    { event: "screen.started", ...WHO, what: "s1", details },
    { event: "screen.ended", ...WHO, what: "s1", why: "it was stopped", details: { seconds } },
  ]);
  assertEquals(reports() >= 2, true);
  const before = reports();
  unlisten();
  screen.missing = "gone";
  capture.failed(new MeshError("UNAVAILABLE", "gone"));
  await capture.stop();
  assertEquals(reports(), before);
});

Deno.test("who was refused, and why, is in the audit log; where there is no screen it is looked for", async () => {
  const { host, events, streams, screen, capture } = rig();
  streams.failure = new MeshError("PERMISSION_DENIED", "the user of this device refused");
  const refused = await assertRejects(() => host.start({ ...ASKED, video: "vp8" }, SIGNAL), MeshError);
  assertEquals(refused, streams.failure);
  const details = { monitor: 1, video: "vp8" };
  assertEquals(events, [
    { event: "screen.asked", ...WHO, details },
    { event: "screen.refused", ...WHO, why: "the user of this device refused", details },
  ]);
  assertEquals(host.report().unavailable, "");
  screen.missing = "the X server is gone";
  streams.failure = new MeshError("UNAVAILABLE", "the X server is gone");
  await assertRejects(() => host.monitors(), MeshError);
  await capture.stop();
  assertEquals(host.report().unavailable, "the X server is gone");
});

Deno.test("nobody is asked whether a screen may be seen that is not there, and one that has come is seen at once", async () => {
  const { host, events, streams, screen, capture } = rig();
  screen.missing = "no display";
  const absent = await assertRejects(() => host.start(ASKED, SIGNAL), MeshError);
  assertEquals([absent.code, absent.message, streams.running.length], ["FAILED_PRECONDITION", "no display", 0]);
  assertEquals(events.map(({ event, why }) => [event, why]), [
    ["screen.asked", undefined],
    ["screen.refused", "no display"],
  ]);
  screen.missing = "";
  await host.start(ASKED, SIGNAL);
  assertEquals(host.report().unavailable, "");
  await capture.stop();
});
