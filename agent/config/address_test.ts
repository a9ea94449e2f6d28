import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { UsageError } from "../core/errors.ts";
import { formatAddress, parseHost, parseHostPort, parseListenAddress } from "./address.ts";

Deno.test("the usual listen addresses are understood and written back the same", () => {
  const right: [string, string, number][] = [
    [":50051", "", 50_051],
    [":0", "", 0],
    ["127.0.0.1:0", "127.0.0.1", 0],
    ["[::1]:50051", "::1", 50_051],
    ["localhost:1", "localhost", 1],
    ["my_nas.local:65535", "my_nas.local", 65_535],
  ];
  for (const [text, host, port] of right) {
    assertEquals(parseListenAddress(text), { host, port });
    assertEquals(formatAddress({ host, port }), text);
  }
});

Deno.test("a wrong listen address says what is wrong with it", () => {
  const wrong: [string, string][] = [
    [":99999", "port must be 0 to 65535"],
    [":", "port must be 0 to 65535"],
    [":-1", "port must be 0 to 65535"],
    [":5e1", "port must be 0 to 65535"],
    [": 80", "port must be 0 to 65535"],
    ["50051", "the port is missing: write :50051"],
    ["localhost", "the port is missing"],
    ["[::1]", "the port is missing"],
    ["::1", "an IPv6 address stands in brackets, with a port: [::1]:50051"],
    ["1.2.3.999:1", "not a host name or address"],
    ["1.2.3:1", "not a host name or address"],
    ["a b:1", "not a host name or address"],
    ["http://x:1", "not a host name or address"],
    ["[localhost]:1", "only an IPv6 address stands in brackets"],
    ["-x:1", "not a host name or address"],
  ];
  for (const [text, reason] of wrong) assertThrows(() => parseListenAddress(text), UsageError, reason);
});

Deno.test("an address to connect to needs a host and a real port", () => {
  assertEquals(parseHostPort("Laptop:50051"), { host: "laptop", port: 50_051 });
  assertEquals(parseHostPort("[FE80::1%eth0]:1"), { host: "fe80::1%eth0", port: 1 });
  assertThrows(() => parseHostPort(":1"), UsageError, "the host is missing: write HOST:1");
  assertThrows(() => parseHostPort("a:0"), UsageError, "port must be 1 to 65535");
  assertThrows(() => parseHostPort("laptop"), UsageError, "the port is missing: write laptop:50051");
});

Deno.test("a host alone may be an IPv6 address with or without brackets", () => {
  assertEquals([parseHost("::1"), parseHost("[::1]"), parseHost("NAS")], ["::1", "::1", "nas"]);
});
