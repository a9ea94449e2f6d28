import { assertEquals } from "../../tests/assert.ts";
import { noProxyWithLoopback } from "./no_proxy.ts";

const valueFor = (env: Record<string, string>) => noProxyWithLoopback((name) => env[name]);

Deno.test("where a proxy is set, requests to this machine pass it by, and so does what passed it by before", () => {
  assertEquals(valueFor({ HTTP_PROXY: "http://proxy:3128" }), "localhost,127.0.0.1,::1");
  assertEquals(
    valueFor({ all_proxy: "socks5://proxy", no_proxy: ".lan, localhost,," }),
    ".lan,localhost,127.0.0.1,::1",
  );
  assertEquals(valueFor({ http_proxy: "x", NO_PROXY: "*" }), "*,localhost,127.0.0.1,::1");
});

Deno.test("where no proxy is set, nothing is changed", () => {
  assertEquals(valueFor({}), undefined);
  assertEquals(valueFor({ NO_PROXY: "a", HTTP_PROXY: "" }), undefined);
});
