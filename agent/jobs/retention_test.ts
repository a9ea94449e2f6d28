import { assertEquals } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { Retention } from "./retention.ts";
import { atRest, SimulatedTime } from "./simulated_time.ts";

const DAY_MS = 24 * 3_600_000;

/** Jobs by when they ended. */
class EndedJobs {
  readonly jobs = new Map<string, number>();
  readonly forgotten: number[] = [];
  fail = false;

  finishedBefore(time: number, limit: number): Promise<string[]> {
    if (this.fail) return Promise.reject(new MeshError("INTERNAL", "disk I/O error"));
    return Promise.resolve([...this.jobs].filter(([, at]) => at < time).map(([id]) => id).slice(0, limit));
  }

  removeJob(jobId: string): Promise<void> {
    this.jobs.delete(jobId);
    return Promise.resolve();
  }

  forgetSubmissions(before: number): Promise<void> {
    this.forgotten.push(before);
    return Promise.resolve();
  }
}

Deno.test("jobs are removed so long after their end, at the start and every hour", async () => {
  using time = new SimulatedTime();
  const store = new EndedJobs();
  for (let at = 0; at < 250; at++) store.jobs.set(`old ${at}`, Date.now() - 8 * DAY_MS);
  store.jobs.set("new", Date.now() - 7 * DAY_MS + 60_000);
  const retention = new Retention(store, 7 * DAY_MS);
  retention.start();
  await atRest();
  assertEquals([...store.jobs.keys()], ["new"]);
  await time.pass(3_600_000);
  assertEquals(store.jobs.size, 0);
  assertEquals(store.forgotten[0], Date.now() - 3_600_000 - DAY_MS);
  await retention.stop();
  await retention.stop();
  assertEquals(time.timers, 0);
});

Deno.test("with no limit jobs are kept for ever, and a store that fails is asked again", async () => {
  using time = new SimulatedTime();
  const store = new EndedJobs();
  store.jobs.set("old", 1);
  const forEver = new Retention(store, undefined);
  forEver.start();
  await time.pass(DAY_MS);
  assertEquals(store.jobs.size, 1);
  await forEver.stop();
  store.fail = true;
  const retention = new Retention(store, 5000);
  retention.start();
  await time.pass(5000);
  store.fail = false;
  await time.pass(5000);
  assertEquals(store.jobs.size, 0);
  await retention.stop();
});
