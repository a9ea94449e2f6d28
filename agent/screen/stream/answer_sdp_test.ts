import { assertEquals, assertThrows } from "../../../tests/assert.ts";
import { MeshError } from "../../core/errors.ts";
import { type AnswerSdp, readAnswer } from "./answer_sdp.ts";

const OFFER = ["v=0", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:0", ""].join("\r\n");

/** An answer that has these lines, as it is read. */
function read(...lines: string[]): AnswerSdp {
  const answer = [
    "v=0",
    "s=home.local",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=mid:0",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:abcdefghijklmnopqrstuvwx",
    "a=fingerprint:sha-256 AA:BB",
    "a=setup:active",
    ...lines,
    "",
  ];
  return readAnswer(answer.join("\r\n"), OFFER);
}

/** The candidates that are taken. */
function taken(...candidates: string[]): string[] {
  return read(...candidates).sdp.split("\r\n").filter((line) => /candidate/i.test(line));
}

const candidate = (address: string, port: number | string = 50_000, component = 1, transport = "udp") =>
  `a=candidate:1 ${component} ${transport} 2113937151 ${address} ${port} typ host generation 0`;

Deno.test("candidates are taken where they are one machine's address in digits", () => {
  const usable = ["192.0.2.7", "127.0.0.1", "10.1.2.3", "2001:db8::7", "fe80::1", "::1"].map((one) => candidate(one));
  assertEquals(taken(...usable, candidate("192.0.2.8", 1, 1, "UDP")), [...usable, candidate("192.0.2.8", 1, 1, "UDP")]);
});

Deno.test("names, nobody's addresses, wrong ports and other transports of candidates are dropped, and the answer holds", () => {
  const names = [
    "8c4f4a9e-1d2c.local",
    "x.local.",
    "foo.localdomain",
    "scan.internal.example.com",
    "localhost",
    "127.1",
  ];
  const nobody = [
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.251",
    "239.1.1.1",
    "255.255.255.255",
    "::",
    "ff02::fb",
    "::ffff:10.0.0.1",
  ];
  assertEquals(taken(...[...names, ...nobody].map((one) => candidate(one))), []);
  const wrong = [candidate("192.0.2.7", 0), candidate("192.0.2.7", 65_536)];
  assertEquals(taken(...wrong, candidate("192.0.2.7", 9, 1, "tcp"), candidate("192.0.2.7", 9, 2)), []);
});

Deno.test("what is no candidate at all makes the answer none", () => {
  for (const line of ["a=candidate:", candidate("192.0.2.7", "x"), candidate("a b")]) {
    assertThrows(() => taken(line), MeshError, "is no candidate");
  }
});

Deno.test("sixty-four candidates are taken at most, whatever else there is of them", () => {
  const many = Array.from({ length: 100 }, (_, index) => candidate(`192.0.2.${index}`));
  assertEquals(taken(...many.flatMap((one) => [candidate("a.local"), one])), many.slice(0, 64));
});

Deno.test("messages are as large as the viewer says, within reason", () => {
  const largest = (line?: string) => read(...line === undefined ? [] : [`a=max-message-size:${line}`]).maxMessageBytes;
  assertEquals([undefined, "?", "262144", "300000", "1"].map(largest), [65_536, 65_536, 262_144, 300_000, 1024]);
  const most = 16 * 1024 * 1024;
  assertEquals(["0", "16777216", "1073741823", "99999999999999999999"].map(largest), [most, most, most, most]);
});
