import { assertEquals } from "../../tests/assert.ts";
import { testBoth } from "./both_stores.ts";
import { sampleChange, sampleJob, sampleTasks } from "./store_samples.ts";

const file = (name: string) => ({ name, size_bytes: 300_000, sha256: "ab" });

testBoth("tasks with output files come back with them, in plan order, until their job is removed", async (store) => {
  await store.insertJob(sampleJob("j"), sampleTasks(5));
  await store.insertJob(sampleJob("other"), sampleTasks(1));
  const changes = [3, 1, 2].map((at) => sampleChange("j", at, at === 2 ? {} : { outputFile: file(`${at}`) }));
  await store.update({ tasks: [...changes, sampleChange("other", 0, { outputFile: file("o") })] });
  assertEquals(await store.filedTasks("j"), [
    { taskId: "t1", deviceId: "d1", file: file("1") },
    { taskId: "t3", deviceId: "d1", file: file("3") },
  ]);
  const tasks = (await store.job("j"))?.tasks.map(({ outputFile }) => outputFile?.name);
  assertEquals(tasks, [undefined, "1", undefined, "3", undefined]);
  await store.removeJob("j");
  assertEquals(await store.filedTasks("j"), []);
  assertEquals((await store.filedTasks("other")).length, 1);
});
