import { assertEquals, assertStringIncludes } from "../../tests/assert.ts";
import { Counter } from "./counter.ts";
import { Exposition } from "./exposition.ts";
import { MAX_SERIES } from "./family.ts";
import { gauge } from "./gauge.ts";
import { Histogram } from "./histogram.ts";

async function linesOf(...families: ConstructorParameters<typeof Exposition>[0]): Promise<string[]> {
  const { text } = await new Exposition(families).exposed();
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

Deno.test("what was counted is told with its labels, again and again as it is then", async () => {
  const counter = new Counter("calls_total", "Calls", ["method", "code"]);
  const exposition = new Exposition([counter, new Counter("nothing_total", "Never happened")]);
  counter.add(1, "a", "OK");
  counter.add(2, "a", 'NOT "OK"\n');
  const { contentType, text } = await exposition.exposed();
  assertStringIncludes(contentType, "text/plain; version=0.0.4");
  assertEquals(
    text,
    "# HELP calls_total Calls\n# TYPE calls_total counter\n" +
      'calls_total{method="a",code="OK"} 1\ncalls_total{method="a",code="NOT \\"OK\\"\\n"} 2\n\n' +
      "# HELP nothing_total Never happened\n# TYPE nothing_total counter\nnothing_total 0\n",
  );
  counter.add(3, "a", "OK");
  assertStringIncludes((await exposition.exposed()).text, 'code="OK"} 4');
});

Deno.test("a histogram holds a value that is on a bound below it, and all of them in the last", async () => {
  const histogram = new Histogram("took_seconds", "Time", [0.1, 1], ["method"]);
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value, "a");
  assertEquals(await linesOf(histogram), [
    'took_seconds_bucket{method="a",le="0.1"} 2',
    'took_seconds_bucket{method="a",le="1"} 3',
    'took_seconds_bucket{method="a",le="+Inf"} 4',
    'took_seconds_sum{method="a"} 7.65',
    'took_seconds_count{method="a"} 4',
  ]);
});

Deno.test("names that somebody makes up do not fill the memory: past a thousand they are counted together", async () => {
  const counter = new Counter("calls_total", "Calls", ["method"]);
  for (let n = 0; n < MAX_SERIES + 500; n++) counter.add(1, `method ${n}`);
  counter.add(1, "method 0");
  const lines = await linesOf(counter);
  assertEquals(lines.length, MAX_SERIES + 1);
  assertEquals([lines[0], lines.at(-1)], ['calls_total{method="method 0"} 2', 'calls_total{method="other"} 500']);
});

Deno.test("a figure that cannot be read hides no other", async () => {
  const broken = gauge("broken", "Broken", () => {
    throw new Error("no such thing");
  });
  assertEquals(await linesOf(broken, gauge("whole", "Whole", () => [[{ a: "b" }, 1]])), ['whole{a="b"} 1']);
});
