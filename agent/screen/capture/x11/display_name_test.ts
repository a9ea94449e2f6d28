import { assertEquals, assertThrows } from "../../../../tests/assert.ts";
import { MeshError } from "../../../core/errors.ts";
import { parseDisplayName } from "./display_name.ts";

const socket = (path: string) => ({ transport: "unix" as const, path });
const tcp = (hostname: string, port: number) => ({ transport: "tcp" as const, hostname, port });

Deno.test("a display's name says where its server listens", () => {
  const addresses = (name: string) => parseDisplayName(name).addresses;
  assertEquals(addresses(":0"), [socket("/tmp/.X11-unix/X0"), tcp("127.0.0.1", 6000)]);
  assertEquals(addresses("unix:3"), [socket("/tmp/.X11-unix/X3")]);
  assertEquals(addresses("unix/:3.1"), [socket("/tmp/.X11-unix/X3")]);
  assertEquals(addresses("localhost:10.0"), [tcp("127.0.0.1", 6010), tcp("::1", 6010)]);
  assertEquals(addresses("127.0.0.1:1"), [tcp("127.0.0.1", 6001)]);
  assertEquals(addresses("[::1]:1"), [tcp("::1", 6001)]);
});

Deno.test("a display's name says which of its screens is meant", () => {
  assertEquals(parseDisplayName(":7").screen, 0);
  assertEquals(parseDisplayName(":7.2").screen, 2);
  assertEquals(parseDisplayName(":7.2").number, 7);
});

Deno.test("another machine's display is refused, as is what names none", () => {
  assertEquals(assertThrows(() => parseDisplayName("desk:0"), MeshError, "desk:0").code, "FAILED_PRECONDITION");
  for (const name of ["", "0", ":", ":x", ":0.", ":99999", "/tmp/socket"]) {
    assertEquals(assertThrows(() => parseDisplayName(name), MeshError, `"${name}"`).code, "INVALID_ARGUMENT");
  }
});
