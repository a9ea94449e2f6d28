import type { Command } from "../command.ts";
import { jobIdOf } from "../find_job.ts";
import { printable } from "../output/printable.ts";
import { unlessTooOld } from "../too_old.ts";

export const command: Command = {
  name: "cancel",
  summary: "cancel a job",
  usage: ["cancel ID"],
  details:
    "ID may be the beginning of one. Tasks that wait are cancelled at once; those that run get 2 s to stop. A job " +
    "that has ended DONE or FAILED stays as it is: exit code 1. With --json: the message JobSummary.",
  flags: {},
  arguments: { least: 1, most: 1 },
  async run({ positionals, output, connect }) {
    const client = await connect();
    const jobId = await jobIdOf(client, positionals[0] ?? "");
    const summary = await unlessTooOld(client.mesh("CancelJob", { job_id: jobId }), "cancelling jobs");
    if (output.asJson) return await output.json(summary);
    await output.line(printable(`${summary.job_id}  ${summary.state}`));
  },
};
