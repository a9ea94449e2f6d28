import { assertEquals } from "../../tests/assert.ts";
import { statusDetails } from "./grpc_status.ts";

Deno.test("a status says one line without control characters, whatever is quoted in it", () => {
  assertEquals(statusDetails('no job "a\r\n\x1b[2J\0b"\n'), 'no job "a [2J b"');
  assertEquals(statusDetails("half \ud800 a pair"), "half \ufffd a pair");
});

Deno.test("a status fits into what peers take as metadata", () => {
  const long = statusDetails("漢".repeat(100_000));
  assertEquals(long, "漢".repeat(500) + "…");
  assertEquals(encodeURIComponent(long).length < 8 * 1024, true);
  assertEquals(statusDetails("🦀".repeat(1000)).isWellFormed(), true);
  assertEquals(statusDetails("x" + "🦀".repeat(1000)).isWellFormed(), true);
});
