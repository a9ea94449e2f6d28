import { delay } from "../../../agent/core/abort.ts";
import { megabytes, verdict } from "../shared/figures.ts";
import { peakMegabytes, residentMegabytes } from "../shared/process_facts.ts";
import type { BenchMesh } from "./bench_mesh.ts";

const AIM_MB = 150;
const INPUT_LENGTH = 100;

type Row = readonly string[];

/** For a mesh that has done nothing yet: the coordinator's memory before and after its first large job. */
export async function measureMemory(
  mesh: BenchMesh,
  extent: { readonly tasks: number; readonly idleMs: number },
): Promise<Row[]> {
  const { tasks, idleMs } = extent;
  const { pid } = mesh.coordinator;
  await delay(idleMs);
  const idle = residentMegabytes(pid);
  await mesh.client.measure("job", { tasks, inputLength: INPUT_LENGTH });
  const atEnd = residentMegabytes(pid);
  await delay(idleMs);
  const after = residentMegabytes(pid);
  const added = (memory: number) => `+${megabytes(memory - idle)}`;
  return [
    [
      `coordinator memory above idle, ${idleMs / 1000} s after ${
        tasks.toLocaleString("en")
      } tasks of ${INPUT_LENGTH} bytes (VmRSS)`,
      verdict(after - idle, AIM_MB, "MB"),
      `${added(after)} (idle ${megabytes(idle)})`,
    ],
    ["  at the moment of DONE, and the peak (VmHWM)", "", `${added(atEnd)}, ${added(peakMegabytes(pid))}`],
  ];
}
