import { DatabaseSync } from "node:sqlite";
import { assertEquals } from "../../tests/assert.ts";
import { openSqliteStore } from "./open_store.ts";
import { sampleChange, sampleJob, sampleLease, sampleTasks } from "./store_samples.ts";

/** As the first release made its file: these statements never change. */
const VERSION_1 = [
  `CREATE TABLE jobs (
     key INTEGER PRIMARY KEY,
     job_id TEXT NOT NULL UNIQUE,
     text TEXT NOT NULL,
     max_workers INTEGER NOT NULL,
     reduce TEXT NOT NULL,
     summary TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     state TEXT NOT NULL,
     finished_at INTEGER NOT NULL,
     reason TEXT NOT NULL,
     tasks_total INTEGER NOT NULL,
     tasks_done INTEGER NOT NULL DEFAULT 0,
     tasks_failed INTEGER NOT NULL DEFAULT 0
   ) STRICT`,
  `CREATE INDEX jobs_by_age ON jobs (created_at, job_id)`,
  `CREATE INDEX jobs_by_state ON jobs (state, created_at, job_id)`,
  `CREATE TABLE tasks (
     key INTEGER PRIMARY KEY,
     group_position INTEGER NOT NULL,
     task_id TEXT NOT NULL,
     kind TEXT NOT NULL,
     input TEXT NOT NULL,
     target_device_id TEXT NOT NULL,
     prompt_tokens INTEGER NOT NULL,
     max_output_tokens INTEGER NOT NULL
   ) STRICT`,
  `CREATE TABLE outcomes (
     key INTEGER PRIMARY KEY,
     state TEXT NOT NULL,
     attempt INTEGER NOT NULL,
     device_id TEXT NOT NULL,
     device_name TEXT NOT NULL,
     result TEXT NOT NULL,
     error TEXT NOT NULL
   ) STRICT`,
  `CREATE TABLE devices (
     device_id TEXT PRIMARY KEY,
     info TEXT NOT NULL,
     registered_at INTEGER NOT NULL,
     last_seen INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
  `INSERT INTO jobs VALUES (1, 'j1', 'collect system info', 0, 'CONCAT', 'distributed to 2 devices in 1 group(s)',
     1795000000000, 'RUNNING', 0, '', 3, 1, 0)`,
  `INSERT INTO jobs VALUES (2, 'j2', 'collect system info', 0, 'CONCAT', 'distributed to 2 devices in 1 group(s)',
     1795000000001, 'DONE', 1795000000002, '', 0, 0, 0)`,
  ...[0, 1, 2].map((ordinal) =>
    `INSERT INTO tasks VALUES (${2 ** 32 + ordinal}, 0, 't${ordinal}', 'ECHO', 'hello', '', 0, 0)`
  ),
  `INSERT INTO outcomes VALUES (${2 ** 32 + 1}, 'DONE', 1, 'd1', 'laptop', 'echo: 1', '')`,
  `PRAGMA user_version = 1`,
];

Deno.test("a file of the first release is read and written on, its tasks with the time that they had", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const db = new DatabaseSync(`${folder}/edgemesh.db`);
    for (const statement of VERSION_1) db.exec(statement);
    db.close();
    let store = await openSqliteStore(folder, (notice) => {
      throw new Error(notice);
    });
    const tasks = sampleTasks(3).map((task) => ({ ...task, timeoutMs: 250_000 }));
    Object.assign(tasks[1]!, { state: "DONE", attempt: 1, deviceId: "d1", deviceName: "laptop", result: "echo: 1" }); // just made
    const job = sampleJob("j1", { state: "RUNNING" });
    assertEquals(await store.unfinishedJobs(), [{ job, tasks, leases: [] }]);
    assertEquals(await store.finishedBefore(1_795_000_000_003, 9), ["j2"]);

    const lease = sampleLease("j1", [0]);
    await store.update({ tasks: [sampleChange("j1", 1, { state: "FAILED" }), sampleChange("j1", 2)], leases: [lease] });
    await store.insertJob(sampleJob("j3"), sampleTasks(1), { client: "c", key: "k" });
    await store.close();
    store = await openSqliteStore(folder, (notice) => {
      throw new Error(notice);
    });
    const [overview] = (await store.listJobs({ limit: 9 })).filter(({ jobId }) => jobId === "j1");
    assertEquals([overview?.tasksTotal, overview?.tasksDone, overview?.tasksFailed], [3, 1, 1]);
    assertEquals((await store.job("j1"))?.leases, [lease]);
    assertEquals((await store.job("j3"))?.tasks, sampleTasks(1));
    await store.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
