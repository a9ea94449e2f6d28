import type { LLMTaskResponse } from "../../proto/gen/edgemesh/LLMTaskResponse.ts";
import type { TaskRequest__Output as TaskRequest } from "../../proto/gen/edgemesh/TaskRequest.ts";
import type { TaskResult } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { TaskWorker } from "../worker/task_worker.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface WorkerHandlers {
  RunTask: UnaryHandler<TaskRequest, TaskResult>;
  RunLLMTask: UnaryHandler<unknown, LLMTaskResponse>;
}

/** What an older coordinator calls on a device that does not attach to it. */
export function workerHandlers(worker: TaskWorker): WorkerHandlers {
  return {
    async RunTask({ task_id, kind, input }, call) {
      if (!task_id) throw new MeshError("INVALID_ARGUMENT", "task_id: is empty");
      worker.requireKind(kind);
      const { ok, output, error, time_ms } = await worker.begin({ kind, input }, call.signal);
      if (!ok) call.signal.throwIfAborted();
      return { task_id, ok, output, error, time_ms };
    },
    RunLLMTask() {
      throw new MeshError("FAILED_PRECONDITION", "this device has no local model");
    },
  };
}
