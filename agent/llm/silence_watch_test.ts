import { assertEquals } from "../../tests/assert.ts";
import { SilenceWatch } from "./silence_watch.ts";

/** Keeps this thread busy, as a suspended machine would. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

Deno.test("silence is noticed once, and not after the watch has ended", async () => {
  let noticed = 0;
  const { promise, resolve } = Promise.withResolvers<number>();
  using _watch = new SilenceWatch(20, (limitMs) => {
    noticed += 1;
    resolve(limitMs);
  });
  assertEquals(await promise, 20);
  assertEquals(noticed, 1);
  {
    using _ended = new SilenceWatch(1, () => noticed += 1);
  }
  await new Promise((done) => setTimeout(done, 20));
  assertEquals(noticed, 1);
});

Deno.test("whoever is heard in time is not silent", async () => {
  let noticed: number | undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  using watch = new SilenceWatch(60_000, (limitMs) => {
    noticed = limitMs;
    resolve();
  });
  watch.heard(500);
  for (let times = 0; times < 60; times += 1) {
    await new Promise((done) => setTimeout(done, 10));
    watch.heard(500);
  }
  assertEquals(noticed, undefined);
  await promise;
  assertEquals(noticed, 500);
});

Deno.test("that this process stood still is not the server's silence", async () => {
  let noticed = false;
  using _watch = new SilenceWatch(50, () => noticed = true);
  standStill(700);
  await new Promise((done) => setTimeout(done, 5));
  assertEquals(noticed, false);
});
