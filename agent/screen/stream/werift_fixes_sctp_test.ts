import { assert, assertEquals } from "../../../tests/assert.ts";
import { type LinkOptions, PACKET, SimulatedLink } from "./simulated_link.ts";
import { SctpSender } from "./werift_fixes_sctp.ts";
import type { DataChunk } from "./werift_fixes_sctp_sent.ts";
import type { SctpAssociation } from "./werift_parts.ts";

/** Frames of so many bytes on a link, as far as the ones before are sent. */
function streamed(options: LinkOptions, bytes: number, fps: number, ms = 10_000): { rate: number; delays: number[] } {
  const link = new SimulatedLink(options);
  const flow = link.flow();
  for (let at = 0; at < ms; at += 1000 / fps) {
    if (flow.queue.length === 0) flow.give(bytes);
    link.run(1000 / fps);
  }
  const settled = flow.delays.slice(flow.delays.length / 5);
  return { rate: flow.delays.length / ms * 1000, delays: settled.sort((a, b) => a - b) };
}

/** Keeps all flows of a link busy. @returns bytes/ms of each, and what waited on the link every ms of the second half */
function saturated(link: SimulatedLink, ms: number): { speeds: number[]; waiting: number[] } {
  const waiting: number[] = [];
  const before = link.flows.map(({ arrived }) => arrived);
  for (let at = 0; at < ms; at++) {
    for (const flow of link.flows) if (flow.queue.length < 50) flow.give(100 * PACKET);
    link.run(1);
    if (at > ms / 2) waiting.push(link.waiting);
  }
  return { speeds: link.flows.map(({ arrived }, at) => (arrived - (before[at] ?? 0)) / ms), waiting };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("a scrolled page comes at once over 20 ms of round trip, and a moving picture in two round trips", () => {
  const scrolling = streamed({ roundTrip: 20 }, 180_000, 15);
  assert(scrolling.rate > 14.5, `${scrolling.rate} a second`);
  assert((scrolling.delays.at(-1) ?? Infinity) < 40, `${scrolling.delays.at(-1)} ms`);
  const moving = streamed({ roundTrip: 20 }, 346_000, 8);
  assert(moving.rate > 7.5, `${moving.rate} a second`);
  assert((moving.delays.at(-1) ?? Infinity) < 60, `${moving.delays.at(-1)} ms`);
});

Deno.test("one packet lost in a hundred costs a frame a round trip or two, and no rate", () => {
  for (const [bytes, fps] of [[180_000, 15], [346_000, 8], [2300, 30]] as const) {
    const { rate, delays } = streamed({ roundTrip: 20, loss: 0.01 }, bytes, fps);
    assert(rate > fps * 0.95, `${rate} a second`);
    assert((delays[delays.length >> 1] ?? Infinity) < 80, `${delays[delays.length >> 1]} ms`);
    assert((delays.at(-1) ?? Infinity) < 250, `${delays.at(-1)} ms`);
  }
});

Deno.test("a narrow way is used in full, its queue is not kept full", () => {
  for (const loss of [0, 0.01]) {
    const link = new SimulatedLink({ roundTrip: 20, speed: 1000, queue: 100_000, loss });
    link.flow();
    const { speeds, waiting } = saturated(link, 10_000);
    assert((speeds[0] ?? 0) > 850, `${speeds[0]} bytes a ms`);
    assert(mean(waiting) < 50_000, `${mean(waiting)} bytes waited`);
    assert(Math.min(...waiting) < 5000, `never less than ${Math.min(...waiting)} bytes waited`);
  }
});

Deno.test("where the queue is too short to be seen, losses tell of congestion", () => {
  const link = new SimulatedLink({ roundTrip: 20, speed: 1000, queue: 8000 });
  const flow = link.flow();
  const { speeds } = saturated(link, 10_000);
  assert((speeds[0] ?? 0) > 600, `${speeds[0]} bytes a ms`);
  const again = flow.packets * PACKET / flow.arrived - 1;
  assert(again < 0.15, `${again} of all was sent again`);
});

Deno.test("a way that becomes a tenth as fast is not flooded, and is used when it is fast again", () => {
  const link = new SimulatedLink({ roundTrip: 40, speed: 3000, queue: 1_000_000 });
  link.flow();
  saturated(link, 3000);
  link.change({ speed: 300 });
  const narrow = saturated(link, 8000);
  assert(mean(narrow.waiting) < 30_000, `${mean(narrow.waiting)} bytes waited`);
  link.change({ speed: 3000 });
  saturated(link, 1500);
  const [speed = 0] = saturated(link, 2000).speeds;
  assert(speed > 2000, `${speed} bytes a ms`);
});

Deno.test("two senders share a way, also when one was first", () => {
  const link = new SimulatedLink({ roundTrip: 20, speed: 1000, queue: 100_000 });
  link.flow();
  saturated(link, 3000);
  link.flow();
  saturated(link, 5000);
  const { speeds: [first = 0, second = 0] } = saturated(link, 15_000);
  assert(first + second > 850, `${first} + ${second} bytes a ms`);
  assert(Math.min(first, second) > 200, `${first} and ${second} bytes a ms`);
});

Deno.test("a lost end of a frame is sent again within a few round trips, though nothing comes after it", () => {
  const link = new SimulatedLink({ roundTrip: 20 });
  const flow = link.flow();
  for (let frame = 0; frame < 10; frame++) {
    flow.give(3 * PACKET);
    link.run(100);
  }
  assertEquals(flow.delays.length, 10);
  flow.give(3 * PACKET);
  link.change({ loss: 1 });
  link.run(0.25);
  link.change({ loss: 0 });
  link.run(150);
  assertEquals(flow.delays.length, 11);
});

Deno.test("after an outage the stream goes on within seconds, and a receiver that was merely busy costs nothing", () => {
  const link = new SimulatedLink({ roundTrip: 20 });
  const flow = link.flow();
  const run = (frames: number) => {
    for (let frame = 0; frame < frames; frame++) {
      if (flow.queue.length === 0) flow.give(180_000);
      link.run(67);
    }
  };
  run(30);
  const { window } = flow.sending;
  flow.asleepUntil = link.now + 700;
  run(30);
  assert(flow.sending.window >= window, `the window fell from ${window} to ${flow.sending.window}`);
  link.change({ loss: 1 });
  run(75);
  link.change({ loss: 0 });
  const { length } = flow.delays;
  run(60);
  assert(flow.delays.length > length + 10, `${flow.delays.length - length} frames`);
});

Deno.test("what is sent is told to the association, which ends the sender", async () => {
  const sent: number[] = [];
  const roundTrips: number[] = [];
  let emptied = 0;
  const never = () => Promise.reject(new Error("it was replaced"));
  const sctp: SctpAssociation = {
    state: "connected",
    maxPayloadSize: 1000,
    outboundQueue: [],
    flightSize: 0,
    flush: { execute: () => emptied++ },
    rto: 3,
    updateRto: (seconds) => roundTrips.push(seconds),
    receiveSackChunk: never,
    onSackReceived: () => Promise.resolve(),
    transmit: never,
    sendChunk: ({ tsn }) => Promise.resolve(void sent.push(tsn)),
    timer3Cancel: () => {},
  };
  const faults: unknown[] = [];
  new SctpSender(sctp, (fault) => faults.push(fault));
  const chunks = [-1, 0, 1].map((tsn): DataChunk => ({ tsn: tsn >>> 0, flags: 0, bookSize: 1000 }));
  sctp.outboundQueue.push(...chunks);
  await sctp.transmit();
  assertEquals(sent, [4294967295, 0, 1]);
  assertEquals([sctp.flightSize, emptied], [3000, 1]);
  assertEquals(chunks.map(({ flags }) => flags), [0, 0, 8]);
  await sctp.receiveSackChunk({ cumulativeTsn: 0, advertisedRwnd: 100_000, gaps: [] });
  assertEquals([sctp.flightSize, roundTrips.length], [1000, 1]);
  sctp.timer3Cancel();
  sctp.outboundQueue.push({ tsn: 2, flags: 0, bookSize: 1000 });
  await sctp.transmit();
  assertEquals([sent.length, faults.length], [3, 0]);
});
