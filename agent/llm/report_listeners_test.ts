import { assertEquals } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import { ReportListeners } from "./report_listeners.ts";

/** A listener, and how often it was told. */
function heard(listeners: ReportListeners): { count: number; end: () => void } {
  const result = { count: 0, end: listeners.add(() => result.count++) };
  return result;
}

Deno.test("what changes often is told at once, and then once for all that follows within the interval", async () => {
  const listeners = new ReportListeners(20);
  const one = heard(listeners);
  for (let n = 0; n < 100; n++) listeners.tellSoon();
  assertEquals(one.count, 1);
  await eventually(() => one.count === 2 || undefined, "the second time");
  listeners.stop();
});

Deno.test("what is told at once takes with it what was to be told soon", () => {
  const listeners = new ReportListeners(60_000);
  const one = heard(listeners);
  listeners.tellSoon();
  listeners.tellSoon();
  listeners.tell();
  listeners.tell();
  assertEquals(one.count, 3);
});

Deno.test("who does not listen any more hears nothing", () => {
  const listeners = new ReportListeners();
  const [one, other] = [heard(listeners), heard(listeners)];
  one.end();
  listeners.tell();
  assertEquals([one.count, other.count], [0, 1]);
});
