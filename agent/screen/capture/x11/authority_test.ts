import { assertEquals } from "../../../../tests/assert.ts";
import { cookieFor } from "./authority.ts";

interface Written {
  readonly family: number;
  readonly address: string;
  readonly number: string;
  readonly protocol?: string;
  readonly cookie: number;
}

const LOCAL = 256;
const WILD = 65_535;

function fileOf(...entries: Written[]): Uint8Array {
  const encoder = new TextEncoder();
  const short = (value: number) => [value >> 8, value & 0xff];
  const field = (bytes: Uint8Array) => [...short(bytes.length), ...bytes];
  return Uint8Array.from(entries.flatMap(({ family, address, number, protocol = "MIT-MAGIC-COOKIE-1", cookie }) => [
    ...short(family),
    ...[address, number, protocol].flatMap((text) => field(encoder.encode(text))),
    ...field(new Uint8Array(16).fill(cookie)),
  ]));
}

const chosen = (file: Uint8Array, display: number) => cookieFor(file, display, "desk")?.data[0];

Deno.test("the cookie is the display's own", () => {
  const file = fileOf(
    { family: LOCAL, address: "desk", number: "1", cookie: 1 },
    { family: LOCAL, address: "desk", number: "10", cookie: 10 },
    { family: LOCAL, address: "desk", number: "0", protocol: "XDM-AUTHORIZATION-1", cookie: 99 },
    { family: LOCAL, address: "desk", number: "0", cookie: 7 },
  );
  assertEquals([0, 1, 10, 2].map((display) => chosen(file, display)), [7, 1, 10, undefined]);
});

Deno.test("an entry of this machine comes before one of any machine, and that before one of another name", () => {
  const former = { family: LOCAL, address: "laptop", number: "0", cookie: 3 };
  const any = { family: WILD, address: "", number: "", cookie: 2 };
  const own = { family: LOCAL, address: "desk", number: "0", cookie: 1 };
  const remote = { family: 0, address: "\x0a\x00\x00\x01", number: "0", cookie: 4 };
  assertEquals(chosen(fileOf(remote, former, any, own), 0), 1);
  assertEquals(chosen(fileOf(remote, former, any), 0), 2);
  assertEquals(chosen(fileOf(remote, former), 0), 3);
  assertEquals(chosen(fileOf(remote), 0), undefined);
});

Deno.test("the entries before a torn one count", () => {
  const whole = fileOf({ family: LOCAL, address: "desk", number: "0", cookie: 5 });
  const second = fileOf({ family: LOCAL, address: "desk", number: "1", cookie: 6 });
  for (let length = 0; length < second.length; length++) {
    const torn = Uint8Array.from([...whole, ...second.subarray(0, length)]);
    assertEquals([chosen(torn, 0), chosen(torn, 1)], [5, undefined], `${length} bytes of the second`);
  }
  assertEquals(chosen(new Uint8Array(), 0), undefined);
});
