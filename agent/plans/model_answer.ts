import * as v from "valibot";
import type { Plan } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { fieldFault } from "./field_fault.ts";
import { jsonFault } from "./json_fault.ts";
import { names, PlanSchema } from "./plan_schema.ts";
import type { Proposal } from "./proposed_plan.ts";

/** Longest answer that is read, in characters. */
const MAX_ANSWER = 1024 * 1024;

/** What stands for a token where nothing was measured, in characters: the usual rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4;

const AnswerSchema = v.strictObject(names({
  rationale: v.optional(v.string(), ""),
  reduce: v.optional(v.string(), ""),
  groups: v.unknown(),
}));

/**
 * Reads what a model answered, strictly: whatever else stands in it is refused. Prompts get an estimate of their tokens,
 * which a price needs.
 *
 * @throws {MeshError} INVALID_ARGUMENT: `"groups[0].tasks[1].kind" is missing`
 */
export function readModelAnswer(text: string): Proposal & { readonly rationale: string } {
  if (text.length > MAX_ANSWER) throw wrong(`it has ${text.length} characters, at most ${MAX_ANSWER} are read`);
  const value = json(text);
  // To the schema a list is an object, which even has a "reduce".
  if (Array.isArray(value)) throw wrong("the top level is not an object but an array");
  const { rationale, reduce, groups } = parsed(AnswerSchema, value);
  const { plan, taskTimeoutsMs } = parsed(PlanSchema, { groups });
  if (taskTimeoutsMs.size > 0) throw wrong('"timeout" is nothing that a planner decides');
  return { rationale, reduce, plan: withPromptTokens(plan) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(jsonFault(text, error), error);
  }
}

function parsed<Schema extends v.GenericSchema>(schema: Schema, input: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (!result.success) throw wrong(fieldFault(result.issues[0]));
  return result.output;
}

function withPromptTokens({ groups }: Plan): Plan {
  return {
    groups: groups.map(({ index, tasks }) => ({
      index,
      tasks: tasks.map((task) =>
        task.kind === "LLM_GENERATE" && task.prompt_tokens === 0
          ? { ...task, prompt_tokens: Math.ceil(task.input.length / CHARACTERS_PER_TOKEN) }
          : task
      ),
    })),
  };
}

function wrong(what: string, cause?: unknown): MeshError {
  return new MeshError("INVALID_ARGUMENT", what, { cause });
}
