import { DatabaseSync } from "node:sqlite";
import { assertEquals } from "../../tests/assert.ts";
import { openSqliteStore } from "./open_store.ts";
import {
  sampleChange,
  sampleJob,
  sampleLease,
  samplePrediction,
  sampleRates,
  sampleTasks,
  sampleTicket,
} from "./store_samples.ts";
import type { SqliteStore } from "./sqlite_store.ts";
import type { StoredJob } from "./store.ts";

/** As the first version made its file, with two jobs: these statements never change. */
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

/** As the second version made its file, with two jobs: these statements never change. */
const VERSION_2 = [
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
     max_output_tokens INTEGER NOT NULL,
     timeout_ms INTEGER NOT NULL DEFAULT 250000
   ) STRICT`,
  `CREATE TABLE outcomes (
     key INTEGER PRIMARY KEY,
     state TEXT NOT NULL,
     attempt INTEGER NOT NULL,
     device_id TEXT NOT NULL,
     device_name TEXT NOT NULL,
     result TEXT NOT NULL,
     error TEXT NOT NULL,
     failed_attempts TEXT NOT NULL DEFAULT ''
   ) STRICT`,
  `CREATE TABLE devices (
     device_id TEXT PRIMARY KEY,
     info TEXT NOT NULL,
     registered_at INTEGER NOT NULL,
     last_seen INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE leases (
     key INTEGER PRIMARY KEY,
     device_id TEXT NOT NULL,
     device_name TEXT NOT NULL,
     instance_id TEXT NOT NULL,
     ordinals TEXT NOT NULL
   ) STRICT`,
  `CREATE TABLE submissions (
     client TEXT NOT NULL,
     name TEXT NOT NULL,
     job_key INTEGER NOT NULL,
     made_at INTEGER NOT NULL,
     PRIMARY KEY (client, name)
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX submissions_by_age ON submissions (made_at)`,
  `CREATE INDEX submissions_by_job ON submissions (job_key)`,
  `CREATE TABLE hidden_jobs (key INTEGER PRIMARY KEY) STRICT`,
  `CREATE INDEX jobs_by_end ON jobs (finished_at, job_id) WHERE finished_at > 0`,
  `INSERT INTO jobs VALUES (1, 'j1', 'collect system info', 0, 'CONCAT', 'distributed to 2 devices in 1 group(s)',
     1795000000000, 'RUNNING', 0, '', 3, 1, 0)`,
  `INSERT INTO jobs VALUES (2, 'j2', 'collect system info', 0, 'CONCAT', 'distributed to 2 devices in 1 group(s)',
     1795000000001, 'DONE', 1795000000002, '', 0, 0, 0)`,
  ...[0, 1, 2].map((ordinal) =>
    `INSERT INTO tasks VALUES (${2 ** 32 + ordinal}, 0, 't${ordinal}', 'ECHO', 'hello', '', 0, 0, 1500)`
  ),
  `INSERT INTO outcomes VALUES (${2 ** 32 + 1}, 'DONE', 2, 'd1', 'laptop', 'echo: 1', '',
     '[{"attempt":1,"deviceId":"d2","deviceName":"desk","reason":"lost"}]')`,
  `INSERT INTO leases VALUES (${2 ** 32}, 'd1', 'laptop', 'start of d1', '2')`,
  `INSERT INTO submissions VALUES ('c', 'k', 1, 1795000000000)`,
  `PRAGMA user_version = 2`,
];

/** As the third version made its file of one of the second, with what it keeps besides: these statements never change. */
const VERSION_3 = [
  ...VERSION_2,
  `ALTER TABLE jobs ADD COLUMN reduced TEXT NOT NULL DEFAULT ''`,
  `CREATE TABLE model_rates (
     model TEXT PRIMARY KEY,
     prefill_toks_per_s REAL NOT NULL,
     decode_toks_per_s REAL NOT NULL,
     load_ms REAL NOT NULL,
     overhead_ms REAL NOT NULL,
     characters_per_token REAL NOT NULL,
     output_tokens REAL NOT NULL,
     samples INTEGER NOT NULL,
     measured_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE predictions (
     number INTEGER PRIMARY KEY,
     device_id TEXT NOT NULL,
     model TEXT NOT NULL,
     place INTEGER NOT NULL,
     ended_at INTEGER NOT NULL,
     predicted_ms REAL NOT NULL,
     uncorrected_ms REAL NOT NULL,
     actual_ms REAL NOT NULL,
     prompt_tokens INTEGER NOT NULL,
     output_tokens INTEGER NOT NULL
   ) STRICT`,
  `CREATE UNIQUE INDEX predictions_by_model ON predictions (device_id, model, place)`,
  `INSERT INTO predictions VALUES (1, 'd1', 'llama3.2:3b', 1, 1795000000001, 1.5, 1.25, 1, 500, 200)`,
  `UPDATE jobs SET reduced = 'all is well' WHERE job_id = 'j2'`,
  `PRAGMA user_version = 3`,
];

async function withFile(statements: readonly string[], run: (open: () => Promise<SqliteStore>) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const db = new DatabaseSync(`${folder}/edgemesh.db`);
    for (const statement of statements) db.exec(statement);
    db.close();
    await run(() =>
      openSqliteStore(folder, (notice) => {
        throw new Error(notice);
      })
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The job that both files have, its second task done. */
function runningJob(different: Partial<StoredJob["tasks"][number]>): StoredJob {
  const tasks = sampleTasks(3);
  Object.assign(tasks[1]!, { state: "DONE", attempt: 1, deviceId: "d1", deviceName: "laptop", result: "echo: 1" }); // just made
  Object.assign(tasks[1]!, different); // the same
  return { job: sampleJob("j1", { state: "RUNNING" }), tasks, leases: [] };
}

Deno.test("a file of the first version is read and written on, its tasks with the time that they had", () =>
  withFile(VERSION_1, async (open) => {
    let store = await open();
    assertEquals(await store.unfinishedJobs(), [runningJob({})]);
    assertEquals(await store.finishedBefore(1_795_000_000_003, 9), ["j2"]);

    const lease = sampleLease("j1", [0]);
    await store.update({ tasks: [sampleChange("j1", 1, { state: "FAILED" }), sampleChange("j1", 2)], leases: [lease] });
    await store.insertJob(sampleJob("j3"), sampleTasks(1), { client: "c", key: "k" });
    await store.addPrediction(samplePrediction(1));
    await store.putTicket(sampleTicket(1));
    await store.close();
    store = await open();
    const [overview] = (await store.listJobs({ limit: 9 })).filter(({ jobId }) => jobId === "j1");
    assertEquals([overview?.tasksTotal, overview?.tasksDone, overview?.tasksFailed], [3, 1, 1]);
    assertEquals((await store.job("j1"))?.leases, [lease]);
    assertEquals((await store.job("j3"))?.tasks, sampleTasks(1));
    assertEquals(await store.predictions(9), [samplePrediction(1)]);
    assertEquals(await store.tickets(), [sampleTicket(1)]);
    await store.close();
  }));

Deno.test("a file of the second version is read and written on, its jobs without a final result of their own", () =>
  withFile(VERSION_2, async (open) => {
    let store = await open();
    const failedAttempts = [{ attempt: 1, deviceId: "d2", deviceName: "desk", reason: "lost" }];
    const before = runningJob({ attempt: 2, failedAttempts });
    const tasks = before.tasks.map((task) => ({ ...task, timeoutMs: 1500 }));
    assertEquals(await store.unfinishedJobs(), [{ ...before, tasks, leases: [sampleLease("j1", [2])] }]);
    assertEquals((await store.submittedJob({ client: "c", key: "k" }, 0))?.jobId, "j1");
    assertEquals((await store.job("j2"))?.job.reduced, "");
    assertEquals([await store.predictions(9), (await store.modelRates()).size], [[], 0]);

    await store.update({ jobs: [{ jobId: "j1", state: "DONE", finishedAt: 3, reason: "", reduced: "all is well" }] });
    await Promise.all([store.putModelRates("m", sampleRates()), store.addPrediction(samplePrediction(1))]);
    await store.insertJob(sampleJob("j3", { reduced: "soon" }), []);
    await store.putTicket(sampleTicket(1));
    await store.close();
    store = await open();
    assertEquals((await store.job("j1"))?.job.reduced, "all is well");
    assertEquals((await store.job("j3"))?.job.reduced, "soon");
    assertEquals(await store.modelRates(), new Map([["m", sampleRates()]]));
    assertEquals(await store.predictions(9), [samplePrediction(1)]);
    assertEquals(await store.tickets(), [sampleTicket(1)]);
    await store.close();
  }));

Deno.test("a file of the third version is read and written on, with room for tickets", () =>
  withFile(VERSION_3, async (open) => {
    let store = await open();
    assertEquals((await store.job("j2"))?.job.reduced, "all is well");
    assertEquals(await store.predictions(9), [samplePrediction(1)]);
    assertEquals(await store.tickets(), []);
    await store.putTicket(sampleTicket(1));
    await store.close();
    store = await open();
    assertEquals(await store.tickets(), [sampleTicket(1)]);
    assertEquals((await store.unfinishedJobs()).length, 1);
    assertEquals(await store.filedTasks("j1"), []);
    const file = { name: "n", size_bytes: 300_000, sha256: "ab" };
    await store.update({ tasks: [sampleChange("j1", 0, { outputFile: file })] });
    assertEquals(await store.filedTasks("j1"), [{ taskId: "t0", deviceId: "d1", file }]);
    await store.close();
  }));
