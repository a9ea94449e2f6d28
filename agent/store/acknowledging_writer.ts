/**
 * Writes to the store in the folder given and prints one line for each write that was acknowledged, until it is killed:
 * the other half of a test in sqlite_store_test.ts.
 */
import { openStore } from "./open_store.ts";
import { sampleChange, sampleJob, sampleTasks } from "./store_samples.ts";

const store = await openStore("sqlite", Deno.args[0] ?? "", (notice) => console.error(notice));
const encoder = new TextEncoder();

async function write(writer: number): Promise<void> {
  for (let count = 0;; count++) {
    const jobId = `${writer}-${count}`;
    await store.insertJob(sampleJob(jobId), sampleTasks(3));
    Deno.stdout.writeSync(encoder.encode(`job ${jobId}\n`));
    await store.update({ tasks: [sampleChange(jobId, 1)] });
    Deno.stdout.writeSync(encoder.encode(`task ${jobId}\n`));
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
