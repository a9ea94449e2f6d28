import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { UsageError } from "../core/errors.ts";
import { formatDuration, parseDuration } from "./duration.ts";

Deno.test("a duration is a number with its unit, or seconds", () => {
  const right: [string, number][] = [
    ["30", 30_000],
    ["30s", 30_000],
    ["250ms", 250],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["7d", 604_800_000],
    ["1.5h", 5_400_000],
    ["0.0004s", 0],
    ["0", 0],
    ["3660d", 316_224_000_000],
  ];
  for (const [text, ms] of right) assertEquals(parseDuration(text), ms, text);
});

Deno.test("what is no duration is told how to write one", () => {
  for (const text of ["", "s", "-1", "1e3", "5 minutes", "5min", "1h30m", ".5", "30S", "Infinity", "0x10", "５"]) {
    assertThrows(() => parseDuration(text), UsageError, "is not a duration: write 30, 30s, 5m, 2h or 7d");
  }
  assertThrows(() => parseDuration("3661d"), UsageError, "is too long a duration: at most 3660d");
});

Deno.test("a duration is written so that it reads the same again", () => {
  const written: [number, string][] = [
    [0, "0s"],
    [1, "1ms"],
    [1500, "1500ms"],
    [30_000, "30s"],
    [5_400_000, "90m"],
    [86_400_000, "1d"],
  ];
  for (const [ms, text] of written) {
    assertEquals(formatDuration(ms), text);
    assertEquals(parseDuration(text), ms);
  }
});
