import { assertEquals } from "../../../tests/assert.ts";
import { RtpHistory, type RtpNumbers } from "./rtp_history.ts";

/** A way on which packets are numbered through when they are encrypted. */
function way() {
  let encrypted = 0;
  const sent: number[] = [];
  let tell = (_nack: { lost: readonly number[] }) => {};
  const srtp = { encrypt: (_payload: Uint8Array, _header: RtpNumbers) => Uint8Array.from([encrypted++ & 0xff]) };
  RtpHistory.attach<RtpNumbers, Uint8Array>({
    srtp,
    onLost: { subscribe: (listener) => tell = listener },
    send: ([first = -1]) => sent.push(first),
  });
  return {
    send: (sequenceNumber: number, ssrc = 1) => srtp.encrypt(new Uint8Array(), { ssrc, sequenceNumber })[0],
    lose: (...lost: number[]) => (tell({ lost }), sent.splice(0)),
  };
}

Deno.test("packets that a viewer misses are sent again as they were, for a while, and not without end", () => {
  const { send, lose } = way();
  for (let number = 0; number < 2000; number++) send(number);
  // The last ones are werift's own matter, and the first ones are forgotten.
  assertEquals(lose(1999, 1872, 1871, 976, 975, 3000), [1871 & 0xff, 976 & 0xff]);
  for (let times = 1; times < 5; times++) assertEquals(lose(976), [976 & 0xff]);
  assertEquals(lose(976), []);
});

Deno.test("a packet that werift sends again is not encrypted anew, beyond the end of the numbers, too", () => {
  const { send, lose } = way();
  const first = send(65_535);
  assertEquals([send(0), send(65_535), send(0)], [1, first, 1]);
  assertEquals(send(0, 2), 2);
  for (let number = 1; number < 500; number++) send(number);
  assertEquals(lose(65_535), [first]);
});
