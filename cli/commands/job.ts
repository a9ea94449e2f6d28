import type { JobStatus } from "../../proto/messages.ts";
import type { Command } from "../command.ts";
import { jobIdOf } from "../find_job.ts";
import { printJob } from "../job_view.ts";
import { failureOfJob, followShown } from "../job_watch.ts";

export const command: Command = {
  name: "job",
  summary: "show a job, its tasks and its result",
  usage: ["job ID [--watch]"],
  details:
    "ID may be the beginning of one.\nWith --watch it ends when the job does: exit code 0 when it is DONE, else 1.\n" +
    "With --json: the message JobStatus; with --watch one a line for each change.",
  flags: { watch: { kind: "boolean", help: "follow the job to its end" } },
  arguments: { least: 1, most: 1 },
  async run(context) {
    const { given, positionals, output, connect } = context;
    const client = await connect();
    const jobId = await jobIdOf(client, positionals[0] ?? "");
    if (!given.has("watch")) {
      const status = await client.orchestrator("GetJob", { job_id: jobId });
      return await (output.asJson ? output.json(status) : printJob(status, output));
    }
    const print = output.asJson ? (now: JobStatus) => output.event(now) : undefined;
    const status = await followShown(client, jobId, context, print);
    const failure = failureOfJob(status);
    if (output.asJson) return failure ? 1 : 0;
    await printJob(status, output);
    if (failure) throw failure;
  },
};
