import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { Interruption } from "./interruption.ts";

Deno.test("waiting ends with what was waited for, or with the interruption", async () => {
  const interruption = new Interruption();
  assertEquals(await interruption.wait(Promise.resolve(1)), 1);
  await assertRejects(() => interruption.wait(Promise.reject(new Error("its own"))), Error, "its own");
  const never = new Promise<never>(() => {});
  const waiting = interruption.wait(never);
  interruption.interrupt(new Error("enough"));
  interruption.interrupt(new Error("too late"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => interruption.wait(Promise.resolve(1)), Error, "enough");
});
