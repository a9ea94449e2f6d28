import type { LLMTaskRequest__Output as LLMTaskRequest } from "../../proto/gen/edgemesh/LLMTaskRequest.ts";
import type { LLMTaskResponse } from "../../proto/gen/edgemesh/LLMTaskResponse.ts";
import type { TaskRequest__Output as TaskRequest } from "../../proto/gen/edgemesh/TaskRequest.ts";
import type { TaskResult } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { LocalGeneration } from "../llm/local_generation.ts";
import type { TaskWorker } from "../worker/task_worker.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface WorkerHandlers {
  RunTask: UnaryHandler<TaskRequest, TaskResult>;
  RunLLMTask: UnaryHandler<LLMTaskRequest, LLMTaskResponse>;
}

/** Failures that say something of the request, or of this device: they are the call's. Others are the model server's. */
const CALLS_OWN: ReadonlySet<string> = new Set([
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "FAILED_PRECONDITION",
  "RESOURCE_EXHAUSTED",
  "CANCELLED",
]);

/**
 * What an older coordinator calls on a device that does not attach to it.
 *
 * @param models undefined with `--no-llm`
 */
export function workerHandlers(worker: TaskWorker, models: LocalGeneration | undefined): WorkerHandlers {
  return {
    async RunTask({ task_id, kind, input }, call) {
      if (!task_id) throw new MeshError("INVALID_ARGUMENT", "task_id: is empty");
      worker.requireKind(kind);
      const { ok, output, error, time_ms } = await worker.begin({ kind, input }, call.signal);
      if (!ok) call.signal.throwIfAborted();
      return { task_id, ok, output, error, time_ms };
    },
    async RunLLMTask({ prompt, model, max_tokens }, call) {
      if (!models) throw new MeshError("FAILED_PRECONDITION", "this device uses no local model (--no-llm)");
      const request = { prompt, model, max_tokens, messages: [], sampling: null, format: "", device_id: "" };
      let output = "";
      try {
        const { stats } = await models.generate(request, {
          onText: (text) => output += text,
          signal: call.signal,
          timeoutMs: call.remainingMs(),
        });
        return { output, model_used: stats.model, tokens_generated: stats.output_tokens, error: "" };
      } catch (error) {
        call.signal.throwIfAborted();
        if (!(error instanceof MeshError) || CALLS_OWN.has(error.code)) throw error;
        return { output, model_used: model, tokens_generated: 0, error: error.message };
      }
    },
  };
}
