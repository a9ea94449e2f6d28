import { assertEquals } from "../../tests/assert.ts";
import { ago, bytes, count, duration, megabytes, percent, share, tokenRate } from "./units.ts";

Deno.test("durations are said as people say them", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [0.26, "0.3 ms"],
    [8, "8 ms"],
    [250.4, "250 ms"],
    [999.4, "999 ms"],
    [999.9, "1.0 s"],
    [8333.33, "8.3 s"],
    [59_949, "59.9 s"],
    [59_990, "1 min 0 s"],
    [125_000, "2 min 5 s"],
    [3_599_900, "1 h 0 min"],
    [3_720_000, "1 h 2 min"],
    [Infinity, "-"],
  ];
  for (const [ms, said] of cases) assertEquals(duration(ms), said);
});

Deno.test("memory, load and time since are said with their units", () => {
  assertEquals([megabytes(0), megabytes(512), megabytes(2048), megabytes(24_985)], [
    "0 MB",
    "512 MB",
    "2.0 GB",
    "24.4 GB",
  ]);
  assertEquals([percent(-1), percent(0), percent(0.374), percent(1)], ["-", "0 %", "37 %", "100 %"]);
  const now = 1_000_000_000_000;
  const since = (seconds: number) => ago(now / 1000 - seconds, now);
  assertEquals([ago(0, now), since(-5), since(0), since(2), since(60)], [
    "never",
    "now",
    "now",
    "2 s ago",
    "1 min ago",
  ]);
  assertEquals([since(7200), since(86_400 * 3)], ["2 h ago", "3 d ago"]);
  assertEquals([count(0, "task"), count(1, "task"), count(2, "task")], ["0 tasks", "1 task", "2 tasks"]);
});

Deno.test("sizes, rates and errors of models are said with as many figures as mean something", () => {
  assertEquals([bytes(302_000), bytes(5_000_000), bytes(2_019_393_189)], ["295 kB", "5 MB", "1.9 GB"]);
  assertEquals([tokenRate(0), tokenRate(4.25), tokenRate(99.96), tokenRate(812.4)], ["-", "4.3", "100", "812"]);
  assertEquals([share(0), share(0.068), share(0.0999), share(1.5), share(NaN)], ["0 %", "6.8 %", "10 %", "150 %", "-"]);
});
