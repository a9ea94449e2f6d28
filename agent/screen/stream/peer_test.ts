import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { MeshError } from "../../core/errors.ts";
import { Peer } from "./peer.ts";
import { eventually, WeriftViewer } from "./werift_viewer.ts";

class Offered implements AsyncDisposable {
  readonly events: string[] = [];
  readonly messages: (string | Uint8Array)[] = [];

  private constructor(readonly peer: Peer, events: string[], messages: (string | Uint8Array)[]) {
    this.events = events;
    this.messages = messages;
  }

  static async make(
    options: { video?: boolean; onMessage?: (message: string | Uint8Array) => void } = {},
  ): Promise<Offered> {
    const events: string[] = [];
    const messages: (string | Uint8Array)[] = [];
    const peer = await Peer.offer({ iceServers: [], video: options.video ?? false }, {
      onOpen: () => events.push("open"),
      onMessage: (message) => {
        messages.push(message);
        options.onMessage?.(message);
      },
      onDrained: () => events.push("drained"),
      onClosed: (reason) => events.push(`closed: ${reason}`),
    });
    return new Offered(peer, events, messages);
  }

  /** Connects a viewer. */
  async viewer(): Promise<WeriftViewer> {
    const viewer = await WeriftViewer.answering(this.peer.sdp);
    await this.peer.answer(viewer.answer);
    await eventually(() => this.peer.isOpen && viewer.channel?.readyState === "open", "the connection");
    return viewer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.peer.close();
  }
}

Deno.test("an offer holds its candidates and names nobody else", async () => {
  await using offered = await Offered.make();
  const { sdp } = offered.peer;
  assert(/^a=candidate:.* 127\.0\.0\.1 \d+ typ host/m.test(sdp), sdp);
  assert(sdp.includes("a=end-of-candidates"), sdp);
  assert(!/typ (srflx|relay)/.test(sdp), sdp);
  assert(/^m=application \d+ UDP\/DTLS\/SCTP webrtc-datachannel/m.test(sdp), sdp);
});

Deno.test("messages of both kinds come through in order, both ways, and the buffer says when it is empty", async () => {
  await using offered = await Offered.make();
  await using viewer = await offered.viewer();
  assertEquals(viewer.channel?.label, "frames");
  assertEquals(viewer.channel?.ordered, true);
  assertEquals(offered.peer.maxMessageBytes, 65536);
  const frame = new Uint8Array(60_000).map((_, index) => index);
  offered.peer.send("first", frame, frame.subarray(1, 4), "last");
  assert(offered.peer.bufferedAmount > 0);
  await eventually(() => viewer.messages.length === 4, "four messages");
  assertEquals(viewer.messages.map((message) => typeof message === "string" ? message : message.length), [
    "first",
    60_000,
    3,
    "last",
  ]);
  assertEquals(new Uint8Array(viewer.messages[1] as Uint8Array), frame);
  await eventually(() => offered.events.includes("drained"), "the empty buffer");
  assertEquals(offered.peer.bufferedAmount, 0);
  viewer.send("hello");
  viewer.send(new Uint8Array([7]));
  await eventually(() => offered.messages.length === 2, "two messages");
  assertEquals(offered.messages.map((message) => typeof message === "string" ? message : [...message]), ["hello", [7]]);
});

Deno.test("what a viewer says before the channel is confirmed is heard once it is open", async () => {
  const heard: string[] = [];
  await using offered = await Offered.make({
    onMessage: (message) => {
      heard.push(`${message}, ${offered.events.join()}`);
      offered.peer.send("welcome");
    },
  });
  await using viewer = await WeriftViewer.answering(offered.peer.sdp);
  // werift tells of the channel before it queues the confirmation.
  viewer.connection.onDataChannel.subscribe((channel) => channel.send("hello"));
  await offered.peer.answer(viewer.answer);
  await eventually(() => viewer.messages.length > 0, "the welcome");
  assertEquals([heard, viewer.messages], [["hello, open"], ["welcome"]]);
});

Deno.test("what is no answer is refused and the offer waits on; a second answer is refused", async () => {
  await using offered = await Offered.make();
  await using viewer = await WeriftViewer.answering(offered.peer.sdp);
  const wrong = [
    "",
    "garbage",
    "v=0\r\n",
    offered.peer.sdp.replace("a=ice-ufrag", "a=x"),
    viewer.answer.replace(/m=application.*/, "m=audio 9 UDP/TLS/RTP/SAVPF 0"),
    viewer.answer.replace(/m=application \d+/, "m=application 0"),
    viewer.answer.replace(/a=fingerprint:sha-256 .*/, "a=fingerprint:sha-256 zz"),
    viewer.answer.replace(/a=mid:.*/, "a=mid:other"),
    viewer.answer.replace(/a=candidate:.*/, "a=candidate:"),
    `v=0\r\n${"x".repeat(70_000)}`,
  ];
  for (const answer of wrong) {
    const error = await assertRejects(() => offered.peer.answer(answer), MeshError);
    assertEquals(error.code, "INVALID_ARGUMENT", answer);
  }
  assertEquals(offered.peer.answered, false);
  await offered.peer.answer(viewer.answer);
  const second = await assertRejects(() => offered.peer.answer(viewer.answer), MeshError);
  assertEquals(second.code, "FAILED_PRECONDITION");
  await eventually(() => offered.events[0] === "open", "the connection");
  await offered.peer.close();
  const late = await assertRejects(() => offered.peer.answer(viewer.answer), MeshError);
  assertEquals(late.code, "FAILED_PRECONDITION");
});

Deno.test("candidates that are multicast names are left out", async () => {
  await using offered = await Offered.make();
  await using viewer = await WeriftViewer.answering(offered.peer.sdp);
  const named = viewer.answer.replace(/^(a=candidate:(?:\S+ ){4})\S+( .*)$/gm, "$1a1b2c3d4-e5f6.local$2");
  assert(named.includes(".local "));
  await offered.peer.answer(named);
  await eventually(() => offered.events[0] === "open", "the connection");
});

Deno.test("the end of a viewer is seen at once, and is told once", async () => {
  await using offered = await Offered.make();
  const viewer = await offered.viewer();
  viewer.channel?.close();
  await eventually(() => offered.events.some((event) => event.startsWith("closed")), "the end");
  await viewer.connection.close();
  await offered.peer.close();
  await offered.peer.close();
  assertEquals(offered.events, ["open", "closed: the viewer left"]);
});

Deno.test("a stopped stream's end is seen by the viewer", async () => {
  await using offered = await Offered.make();
  await using viewer = await offered.viewer();
  await offered.peer.close();
  await eventually(() => viewer.channel?.readyState === "closed", "the end");
  assertEquals(offered.events.at(-1), "closed: it was stopped");
});

Deno.test("an offer that nobody answers is given back", async () => {
  await using offered = await Offered.make({ video: true });
  assert(/^m=video \d+ /m.test(offered.peer.sdp));
  await offered.peer.close();
  assertEquals(offered.events, ["closed: it was stopped"]);
});
