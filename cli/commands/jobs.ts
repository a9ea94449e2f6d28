import { shortId } from "../../agent/core/ids.ts";
import type { JobSummary } from "../../proto/messages.ts";
import { allJobs } from "../all_jobs.ts";
import type { Command } from "../command.ts";
import { oneOf, wholeNumber } from "../command_line.ts";
import { JOB_STATES as STATES, stateCell } from "../job_view.ts";
import type { Column } from "../output/table.ts";
import { ago, duration } from "../output/units.ts";
import { unlessTooOld } from "../too_old.ts";

/** How many jobs are listed where nothing is said, and at most. */
const USUAL = 100;
const MOST = 1_000_000;

/** A whole id takes 36 columns: terminals with fewer than these get its beginning, which `edgemesh job` takes too. */
const WHOLE_IDS_FROM = 72;

const COLUMNS: readonly Column[] = [
  { header: "ID" },
  { header: "STATE" },
  { header: "TASKS", align: "right" },
  { header: "CREATED", dropAt: 2 },
  { header: "TOOK", align: "right", dropAt: 3 },
  { header: "SUMMARY", shrinkTo: 12, dropAt: 4 },
];

export const command: Command = {
  name: "jobs",
  summary: "list jobs, newest first",
  usage: ["jobs [--state STATE] [--limit N]"],
  details: 'TASKS is done of total. With --json: {"jobs": […]}, each with job_id, state, created_at, finished_at, ' +
    "summary, tasks_total, tasks_done, tasks_failed and reason.",
  flags: {
    state: { kind: "string", placeholder: "STATE", help: `only jobs in this state: ${STATES.join(", ")}` },
    limit: { kind: "string", placeholder: "N", help: `at most this many (default ${USUAL})` },
  },
  arguments: { least: 0, most: 0 },
  completes: { flags: { state: STATES } },
  async run({ given, output, connect }) {
    const state = oneOf(given, "state", STATES) ?? "";
    const limit = wholeNumber(given, "limit", { least: 1, most: MOST }) ?? USUAL;
    const client = await connect();
    const jobs = await unlessTooOld(Array.fromAsync(allJobs(client, { state, limit })), "listing jobs");
    if (output.asJson) return await output.json({ jobs });
    const now = Date.now();
    const narrow = (output.terminal.out.columns() ?? Infinity) < WHOLE_IDS_FROM;
    await output.table(
      COLUMNS,
      jobs.map((job) => [
        narrow ? shortId(job.job_id) : job.job_id,
        stateCell(job.state, output.paint),
        `${job.tasks_done}/${job.tasks_total}`,
        ago(job.created_at, now),
        tookOf(job),
        job.summary,
      ]),
    );
  },
};

/** Both times are whole seconds, so a quick job took `< 1 s`. */
function tookOf({ created_at, finished_at }: JobSummary): string {
  if (finished_at === 0) return "-";
  const seconds = finished_at - created_at;
  return seconds < 1 ? "< 1 s" : duration(seconds * 1000);
}
