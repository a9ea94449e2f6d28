import { Buffer } from "node:buffer";
import { RTCPeerConnection } from "werift";
import { assertEquals, assertThrows } from "../../../tests/assert.ts";
import { RecordFilter } from "./werift_fixes_dtls.ts";
import { askNoStunServer } from "./werift_fixes_ice.ts";
import { SctpSender } from "./werift_fixes_sctp.ts";
import { partsOf } from "./werift_parts.ts";

Deno.test("werift is inside as its cures know it", async () => {
  const connection = new RTCPeerConnection({ iceServers: [] });
  try {
    assertThrows(() => partsOf(connection), Error, "werift has changed: it has no ice");
    connection.createDataChannel("frames");
    const { ice, sctp } = partsOf(connection);
    assertEquals(ice.stunServer?.[0], "stun.l.google.com");
    askNoStunServer(ice);
    assertEquals(ice.stunServer, undefined);
    assertEquals(sctp.rto, 3);
    new SctpSender(sctp, () => {});
    assertEquals(sctp.rto, 1);
    Reflect.deleteProperty(sctp, "outboundQueue");
    Object.defineProperty(sctp, "outboundQueue", { value: 1 });
    assertThrows(() => partsOf(connection), Error, "werift has changed: sctp.outboundQueue is number, not object");
  } finally {
    await connection.close();
  }
});

/** A plaintext handshake record of messages, each as `[type, sequence, bytes]`. */
function record(...messages: [number, number, number][]): Buffer {
  const bodies = messages.map(([type, sequence, length]) => {
    const message = Buffer.alloc(12 + length, type);
    message.writeUIntBE(length, 1, 3);
    message.writeUInt16BE(sequence, 4);
    message.writeUIntBE(0, 6, 3);
    message.writeUIntBE(length, 9, 3);
    return message;
  });
  const body = Buffer.concat(bodies);
  const header = Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
  header.writeUInt16BE(body.length, 11);
  return Buffer.concat([header, body]);
}

Deno.test("a handshake message that comes again is dropped, what is new beside it is kept", () => {
  const filter = new RecordFilter({ isOver: () => false, isAuthentic: () => true });
  const flight = record([11, 1, 40], [16, 2, 20]);
  assertEquals(filter.apply(flight), flight);
  assertEquals(filter.apply(flight).length, 0);
  assertEquals(filter.apply(record([16, 2, 20], [15, 3, 8])), record([15, 3, 8]));
  assertEquals(filter.apply(Buffer.concat([record([15, 3, 8]), record([20, 4, 8])])), record([20, 4, 8]));
});

Deno.test("what begins a handshake may come again, and other records are left alone", () => {
  const filter = new RecordFilter({ isOver: () => false, isAuthentic: () => true });
  for (const again of [record([1, 0, 30]), record([3, 0, 16])]) {
    assertEquals(filter.apply(again), again);
    assertEquals(filter.apply(again), again);
  }
  const data = Buffer.from([23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0, 2, 5, 5]);
  assertEquals(filter.apply(data), data);
  const finished = Buffer.from([22, 254, 253, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 5, 5]);
  assertEquals(filter.apply(Buffer.concat([record([1, 0, 30]), finished])).subarray(-15), finished);
  assertEquals(filter.apply(finished), finished);
  assertEquals(filter.apply(Buffer.from([22, 254])).length, 0);
});

/** A record of some kind and epoch, with two bytes in it. */
const other = (kind: number, epoch: number) => Buffer.from([kind, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0]);

Deno.test("nobody but the peer can say farewell, or begin anew, once the connection is made", () => {
  const [authentic, forged] = [other(21, 1), Buffer.concat([other(21, 1).subarray(0, 14), Buffer.from([9])])];
  const filter = new RecordFilter({ isOver: () => true, isAuthentic: (record) => record.equals(authentic) });
  for (const plain of [20, 21, 22, 23, 24, 0, 255]) assertEquals(filter.apply(other(plain, 0)).length, 0);
  for (const unknown of [24, 0, 255]) assertEquals(filter.apply(other(unknown, 1)).length, 0);
  assertEquals(filter.apply(forged).length, 0);
  assertEquals(filter.apply(authentic), authentic);
  const mixed = Buffer.concat([other(21, 0), other(23, 1), other(99, 1), forged, other(23, 1)]);
  assertEquals(filter.apply(mixed), Buffer.concat([other(23, 1), other(23, 1)]));
});

Deno.test("while the connection is made, an alert that nobody encrypted ends nothing, and made-up messages take no memory", () => {
  const filter = new RecordFilter({ isOver: () => false, isAuthentic: () => false });
  assertEquals(filter.apply(other(21, 0)).length, 0);
  assertEquals(filter.apply(other(21, 1)).length, 0);
  let taken = 0;
  for (let sequence = 1; sequence <= 2000; sequence++) {
    if (filter.apply(record([11, sequence, 8])).length > 0) taken++;
  }
  assertEquals(taken, 256);
});

Deno.test("what is cut off is dropped, wherever it is cut", () => {
  const filter = new RecordFilter({ isOver: () => false, isAuthentic: () => true });
  const data = other(23, 1);
  for (let length = 0; length < data.length; length++) {
    assertEquals(filter.apply(data.subarray(0, length)).length, 0);
    assertEquals(filter.apply(Buffer.concat([data, data.subarray(0, length)])), data);
  }
});
