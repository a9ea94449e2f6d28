/** Many workers in one process: each does its tasks as a real device does. */
import { MeshError } from "../../../agent/core/errors.ts";
import { taskKinds } from "../../../agent/worker/kinds.ts";
import { TaskWorker } from "../../../agent/worker/task_worker.ts";
import { simulateDevices } from "../shared/simulated_devices.ts";

const sample = { cpu_load: 0, mem_used_mb: 4096, mem_total_mb: 8192, ram_free_mb: 4096 };

const noCommands = {
  run: () => Promise.reject(new MeshError("PERMISSION_DENIED", "a simulated worker runs no commands")),
};

await simulateDevices((info) => {
  const tasks = new TaskWorker({ info: () => info, sample: () => sample }, taskKinds(noCommands));
  return {
    kinds: tasks.slots,
    runTask: (task, signal) => tasks.begin(task, signal),
    runCommand: noCommands.run,
    sample: () => sample,
  };
});
