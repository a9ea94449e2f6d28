import type { GenerateRequest, GenerationStats } from "../../proto/messages.ts";
import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import { generateRequest } from "../llm/generate_request.ts";
import type { LastingKind } from "./task_kind.ts";

/** Characters that a task may answer with, at most: what a job keeps of it. */
const MAX_OUTPUT = 1024 * 1024;

/** What a device answers that has not the model, or none. */
const LACKS_MODEL: ReadonlySet<string> = new Set(["NOT_FOUND", "FAILED_PRECONDITION"]);

/** This device's models, as a task uses them. */
export interface GenerationSource {
  generate(
    request: GenerateRequest,
    options: {
      readonly onText: (text: string) => void;
      readonly signal: AbortSignal;
      /** Counted from its turn. */
      readonly timeoutMs: number;
      /** It waits for its turn even where the device turns callers away: as many tasks come as it runs at once. */
      readonly alwaysWaits: boolean;
    },
  ): Promise<{ readonly stats: GenerationStats }>;
}

/**
 * Has this device's own choice of a model answer the input as a prompt. What the model server cannot do keeps its code, so
 * that another device may do better.
 *
 * @param parallel generations that the device runs at once
 */
export function llmGenerateKind(models: GenerationSource, parallel: number): LastingKind {
  return {
    name: "LLM_GENERATE",
    slots: parallel,
    // Callers' prompts may be before a task's: its time counts from its turn.
    limitsTime: true,
    async run(prompt, _host, signal, { timeoutMs, maxOutputTokens: max_tokens }) {
      if (prompt === "") throw new MeshError("INVALID_ARGUMENT", "input: is empty; it has to be a prompt");
      using run = new LinkedSignal(signal);
      let output = "";
      const onText = (text: string) => {
        output += text;
        if (output.length > MAX_OUTPUT) run.abort(new Error(`the model wrote more than ${MAX_OUTPUT} characters`));
      };
      const options = { onText, signal: run.signal, timeoutMs, alwaysWaits: true };
      const { stats } = await models.generate(generateRequest({ prompt, max_tokens }), options).catch(forTask);
      return { output, stats };
    },
  };
}

/**
 * A task names no model: where the one that the device chose has just been removed, or its only server has just gone, the
 * device may choose another one later, or another device may have one.
 */
function forTask(error: unknown): never {
  if (!(error instanceof MeshError) || !LACKS_MODEL.has(error.code)) throw error;
  throw new MeshError("UNAVAILABLE", error.message, { cause: error });
}
