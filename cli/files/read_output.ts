import type { HostPort } from "../../agent/config/address.ts";
import type { PatientClient } from "../patient_client.ts";
import { MeshFiles } from "./mesh_files.ts";
import { downloadOutput, inPassing, type TaskOf, taskOutput } from "./task_output.ts";
import { Ways } from "./ways.ts";

/** All of a task's output. @throws {MeshError} as `taskOutput` and `downloadOutput` do */
export async function readOutput(
  client: PatientClient,
  task: TaskOf,
  { server, signal }: { readonly server: HostPort; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const found = await taskOutput(client.current, task);
  if ("text" in found) return new TextEncoder().encode(found.text);
  const progress = { begins: () => {}, moved: () => {} };
  const parts = { mesh: new MeshFiles(client), ways: new Ways(server, signal), force: true, signal, progress };
  return await inPassing(async (file) => {
    await downloadOutput(task, file, parts);
    return await Deno.readFile(file);
  });
}
