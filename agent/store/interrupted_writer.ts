/**
 * Inserts or removes a large job in the folder given, until it is killed, and prints a line when it is in the middle of
 * that: the other half of a test in sqlite_store_test.ts.
 */
import { openStore } from "./open_store.ts";
import { sampleJob, sampleTasks } from "./store_samples.ts";

const [folder = "", what] = Deno.args;
const store = await openStore("sqlite", folder, (notice) => console.error(notice));
const large = store.insertJob(sampleJob("large"), sampleTasks(200_000));
if (what === "remove") {
  await large;
  await store.removeJob("large");
}
await store.insertJob(sampleJob("small"), sampleTasks(1));
await store.insertJob(sampleJob("second"), sampleTasks(1));
console.log("in the middle");
if (what === "insert") {
  await large;
  console.log("at its end");
}
