import { assertEquals } from "../../tests/assert.ts";
import type { AuditEvent } from "./audit_event.ts";
import { BoundedTrail, REFUSALS_KEPT, WINDOW_MS } from "./bounded_trail.ts";

function setUp() {
  const events: AuditEvent[] = [];
  const clock = { now: 0 };
  const trail = new BoundedTrail({ record: (event) => void events.push(event) }, () => clock.now);
  const refuse = (from: string, times: number) => {
    for (let n = 0; n < times; n++) trail.record({ event: "session.refused", who: "x", from: `${from}:${1000 + n}` });
  };
  return { events, clock, trail, refuse };
}

Deno.test("a flood of refusals is told of in a few lines, and with how many more there were", () => {
  const { events, clock, trail, refuse } = setUp();
  refuse("10.0.0.1", REFUSALS_KEPT + 500);
  assertEquals(events.length, REFUSALS_KEPT);
  refuse("10.0.0.2", 1);
  assertEquals(events.length, REFUSALS_KEPT + 1);
  clock.now = WINDOW_MS;
  refuse("10.0.0.2", 1);
  assertEquals(events.slice(REFUSALS_KEPT + 1).map(({ from, details }) => [from, details?.more]), [
    [`10.0.0.1:${1000 + REFUSALS_KEPT + 499}`, 500],
    ["10.0.0.2:1000", undefined],
  ]);
  refuse("10.0.0.2", REFUSALS_KEPT);
  trail.flush();
  trail.flush();
  assertEquals(events.filter(({ details }) => details?.more === 1).length, 1);
});

Deno.test("what is no refusal is recorded, however often it happens", () => {
  const { events, trail } = setUp();
  for (let n = 0; n < 1000; n++) trail.record({ event: "session.opened", who: "x", from: "10.0.0.1:1" });
  assertEquals(events.length, 1000);
});

Deno.test("many addresses together fill neither the memory nor the log", () => {
  const { events, refuse } = setUp();
  for (let n = 0; n < 20_000; n++) refuse(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 1);
  assertEquals(events.length, 1000 + REFUSALS_KEPT);
});
