import { join } from "node:path";
import { MeshError } from "../../agent/core/errors.ts";
import type { TaskDetail } from "../../proto/messages.ts";
import { taskPages } from "../all_tasks.ts";
import type { MeshClient } from "../client.ts";
import { unlessTooOld } from "../too_old.ts";
import { download, type Downloaded, type DownloadParts } from "./download.ts";
import type { MeshFiles } from "./mesh_files.ts";

/** A task of a job. */
export interface TaskOf {
  readonly jobId: string;
  readonly taskId: string;
}

/** A task's output: its text, or where the text is. */
export type TaskOutput = { readonly text: string } | { readonly sizeBytes: number; readonly deviceId: string };

/**
 * What there is of a task's output.
 *
 * @throws {MeshError} NOT_FOUND where the job has no such task, FAILED_PRECONDITION where that is not DONE
 */
export async function taskOutput(client: MeshClient, { jobId, taskId }: TaskOf): Promise<TaskOutput> {
  const task = await unlessTooOld(findTask(client, { jobId, taskId }), "outputs of tasks");
  const { status, output_file } = task;
  if (status?.state !== "DONE") {
    const why = status?.error ? `: ${status.error}` : "";
    throw new MeshError("FAILED_PRECONDITION", `task ${taskId} has no output, it is ${status?.state}${why}`);
  }
  if (!output_file) return { text: status.result };
  return { sizeBytes: output_file.size_bytes, deviceId: status.assigned_device_id };
}

async function findTask(client: MeshClient, { jobId, taskId }: TaskOf): Promise<TaskDetail> {
  for await (const page of taskPages(client, { jobId, state: "" })) {
    const found = page.find(({ status }) => status?.task_id === taskId);
    if (found) return found;
  }
  throw new MeshError("NOT_FOUND", `job ${jobId} has no task ${JSON.stringify(taskId.slice(0, 128))}`);
}

/** What fetching needs. */
export interface OutputParts extends Omit<DownloadParts, "mesh"> {
  readonly mesh: Pick<MeshFiles, "openOutput">;
}

/** Fetches an output that is kept as a file, verified, under a name of this device. @throws {MeshError} as `download` does */
export function downloadOutput({ jobId, taskId }: TaskOf, file: string, parts: OutputParts): Promise<Downloaded> {
  const { mesh } = parts;
  return download({ device_id: "", path: taskId, file, part: `${file}.part`, listed: undefined }, {
    ...parts,
    mesh: {
      openDownload: ({ way = "" }) => mesh.openOutput({ job_id: jobId, task_id: taskId, way }),
      // It is told with the ticket.
      digest: () => Promise.reject(new MeshError("UNIMPLEMENTED", "an output has its digest with it")),
    },
  });
}

/** The same for whoever does not keep the file: it stands in a folder of its own, which is removed after `use`. */
export async function inPassing<Result>(use: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await Deno.makeTempDir({ prefix: "edgemesh-output-" });
  try {
    return await use(join(folder, "output"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
