import { assertEquals } from "../../tests/assert.ts";
import { CoolDown } from "./cool_down.ts";

Deno.test("a device that fails again and again cools down longer and longer, until it does well", () => {
  let now = 0;
  const coolDown = new CoolDown(() => now);
  assertEquals(coolDown.isCooling("a"), false);
  const times: number[] = [];
  for (let n = 0; n < 6; n++) {
    coolDown.failed("a");
    const begin = now;
    while (coolDown.isCooling("a")) now += 1000;
    times.push((now - begin) / 1000);
  }
  assertEquals([times, coolDown.isCooling("b")], [[15, 30, 60, 120, 240, 240], false]);
  coolDown.failed("a");
  coolDown.clear("a");
  assertEquals(coolDown.isCooling("a"), false);
  coolDown.failed("a");
  now += 15_000;
  assertEquals(coolDown.isCooling("a"), false);
});
