import type { MeshClient } from "./client.ts";
import type { CommandContext } from "./command.ts";
import { diskFailure, lookAt } from "./files/disk_failure.ts";
import { openMeshFiles } from "./files/open_mesh_files.ts";
import { taken } from "./files/partial_file.ts";
import { runTransfers } from "./files/run_transfers.ts";
import { downloadOutput, inPassing, type TaskOf, taskOutput } from "./files/task_output.ts";
import { printable } from "./output/printable.ts";
import { bytes } from "./output/units.ts";

/** Where a task's output goes. */
export interface OutputTarget {
  /** Undefined = standard output. */
  readonly file: string | undefined;
  /** Whether a file that is there is replaced. */
  readonly force: boolean;
}

/**
 * Shows or keeps a task's output: fetched from its device where it is kept there as a file, and only shown once its SHA-256 is the one
 * that was told when the task was done.
 */
export async function giveOutput(
  client: MeshClient,
  task: TaskOf,
  target: OutputTarget,
  context: CommandContext,
): Promise<void> {
  const found = await taskOutput(client, task);
  const { output } = context;
  const { file } = target;
  if ("text" in found) {
    if (file === undefined) return await output.bytes(pieceOf(found.text));
    const size = await writeNew(file, found.text, target.force);
    return await output.line(`${printable(file)}  ${bytes(size)}`);
  }
  if (file !== undefined) {
    await fetch(context, task, found, { file, force: target.force });
    return await output.line(`${printable(file)}  ${bytes(found.sizeBytes)}`);
  }
  await inPassing(async (file) => {
    await fetch(context, task, found, { file, force: true });
    const fetched = await Deno.open(file);
    await output.bytes(fetched.readable);
  });
}

async function fetch(
  context: CommandContext,
  task: TaskOf,
  { sizeBytes, deviceId }: { readonly sizeBytes: number; readonly deviceId: string },
  { file, force }: { readonly file: string; readonly force: boolean },
): Promise<void> {
  const { signal } = context;
  const files = await openMeshFiles(context);
  const { mesh } = files;
  const outcome = await runTransfers(context, files, {
    orders: [{ file: task.taskId }],
    sizeOf: () => sizeBytes,
    transfer: (_, progress) =>
      downloadOutput(task, file, { mesh, ways: files.waysTo(deviceId), force, signal, progress }),
    parallel: 1,
    ifInterrupted: "the same command begins anew, or goes on with what is in FILE.part",
  });
  const [failed] = outcome.failed;
  if (failed) throw failed.error;
}

async function* pieceOf(text: string): AsyncGenerator<Uint8Array, void, void> {
  yield new TextEncoder().encode(text);
}

/** @returns its size in bytes */
async function writeNew(file: string, text: string, force: boolean): Promise<number> {
  const content = new TextEncoder().encode(text);
  try {
    if (!force && await lookAt(file)) {
      throw taken(file);
    }
    await Deno.writeFile(file, content, { createNew: !force });
    return content.length;
  } catch (error) {
    throw diskFailure("write", file, error);
  }
}
