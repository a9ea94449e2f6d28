import { assertEquals } from "../../../tests/assert.ts";
import { endpoint, endpointOf } from "./socket_address.ts";

/** As `getpeername` writes it. */
function socketAddress(family: number, port: number, address: readonly number[]): DataView {
  const view = new DataView(new ArrayBuffer(128));
  view.setUint16(0, family, true);
  view.setUint16(2, port);
  address.forEach((byte, at) => view.setUint8((family === 2 ? 4 : 8) + at, byte));
  return view;
}

Deno.test("an end of a connection is the same however it is written", () => {
  const mapped = [...Array(10).fill(0), 255, 255, 192, 168, 1, 20];
  const ipv6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
  assertEquals(endpointOf(socketAddress(2, 8081, [192, 168, 1, 20])), "192.168.1.20 8081");
  assertEquals(endpointOf(socketAddress(10, 8081, mapped)), "192.168.1.20 8081");
  assertEquals(endpoint("192.168.1.20", 8081), "192.168.1.20 8081");
  assertEquals(endpoint("::ffff:192.168.1.20", 8081), "192.168.1.20 8081");
  assertEquals(endpointOf(socketAddress(10, 443, ipv6)), "[2001:db8::7] 443");
  assertEquals(endpoint("2001:db8:0:0:0:0:0:7", 443), "[2001:db8::7] 443");
  assertEquals(endpoint("2001:DB8::7", 443), "[2001:db8::7] 443");
});

Deno.test("an end that others could have, too, is none", () => {
  assertEquals(endpoint("fe80::1%eth0", 1), undefined);
  assertEquals(endpointOf(socketAddress(10, 1, [0xfe, 0x80, ...Array(14).fill(1)])), undefined);
  assertEquals(endpointOf(socketAddress(1, 1, [1, 2, 3, 4])), undefined);
  assertEquals(endpoint(undefined, 1), undefined);
  assertEquals(endpoint("127.0.0.1", 0), undefined);
});
