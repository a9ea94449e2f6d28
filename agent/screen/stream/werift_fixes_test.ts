import { Buffer } from "node:buffer";
import { RTCPeerConnection } from "werift";
import { assertEquals, assertThrows } from "../../../tests/assert.ts";
import { HandshakeFilter } from "./werift_fixes_dtls.ts";
import { askNoStunServer, withoutMulticastNames } from "./werift_fixes_ice.ts";
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
  const filter = new HandshakeFilter();
  const flight = record([11, 1, 40], [16, 2, 20]);
  assertEquals(filter.apply(flight), flight);
  assertEquals(filter.apply(flight).length, 0);
  assertEquals(filter.apply(record([16, 2, 20], [15, 3, 8])), record([15, 3, 8]));
  assertEquals(filter.apply(Buffer.concat([record([15, 3, 8]), record([20, 4, 8])])), record([20, 4, 8]));
});

Deno.test("what begins a handshake may come again, and other records are left alone", () => {
  const filter = new HandshakeFilter();
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

Deno.test("candidates with multicast names go, others stay", () => {
  const host = "a=candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host";
  const named = "a=candidate:2 1 udp 2113937151 8c4f4a9e-1d2c.local 50001 typ host generation 0";
  const sdp = ["v=0", "s=home.local", host, named, "a=mid:0", ""].join("\r\n");
  assertEquals(withoutMulticastNames(sdp), ["v=0", "s=home.local", host, "a=mid:0", ""].join("\r\n"));
});
