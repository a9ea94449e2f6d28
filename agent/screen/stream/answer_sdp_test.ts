import { assertEquals, assertThrows } from "../../../tests/assert.ts";
import { MeshError } from "../../core/errors.ts";
import { readAnswer } from "./answer_sdp.ts";

const OFFER = ["v=0", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:0", ""].join("\r\n");

/** The candidates that are taken of an answer that has these lines. */
function taken(...candidates: string[]): string[] {
  const answer = [
    "v=0",
    "s=home.local",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=mid:0",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:abcdefghijklmnopqrstuvwx",
    "a=fingerprint:sha-256 AA:BB",
    "a=setup:active",
    ...candidates,
    "",
  ];
  return readAnswer(answer.join("\r\n"), OFFER).sdp.split("\r\n").filter((line) => /candidate/i.test(line));
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
