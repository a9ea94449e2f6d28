/** Many idle devices in one process, which send a sample every 2 s; only their work is not there. */
import type { WorkSource } from "../../../agent/mesh/worker_session.ts";
import { simulateDevices } from "../shared/simulated_devices.ts";

/** Busy, so that no work is given to it as long as another device is there. */
const sample = { cpu_load: 1, mem_used_mb: 4096, mem_total_mb: 8192, ram_free_mb: 4096 };

const noWork: WorkSource = {
  kinds: [],
  runTask: () => Promise.reject(new Error("a simulated device cannot work")),
  runCommand: () => Promise.reject(new Error("a simulated device cannot work")),
  sample: () => sample,
};

await simulateDevices(() => noWork);
