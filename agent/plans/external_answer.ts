import * as v from "valibot";
import { fieldFault } from "./field_fault.ts";
import { jsonFault } from "./json_fault.ts";
import { names, PlanSchema } from "./plan_schema.ts";
import { PlanningFailure } from "./planning_failure.ts";
import type { Proposal } from "./proposed_plan.ts";

/** What an external planner answered. */
export interface ExternalAnswer extends Proposal {
  readonly usedAi: boolean;
  readonly notes: string;
  readonly rationale: string;
}

const AnswerSchema = v.strictObject(names({
  ok: v.boolean(),
  used_ai: v.optional(v.boolean(), false),
  notes: v.optional(v.string(), ""),
  rationale: v.optional(v.string(), ""),
  plan: v.optional(v.unknown()),
  reduce: v.optional(v.strictObject(names({ kind: v.optional(v.string(), "") })), {}),
  error: v.optional(v.string(), ""),
}));

const PlannedSchema = v.strictObject(names({ plan: PlanSchema }));

/** Objects that hold a plan's fields lie so deep in an answer: answer, plan, groups, group, tasks, task. */
const PLAN_DEPTH = 6;

/**
 * Reads what an external planner printed: `{ok, used_ai, notes, rationale, plan, reduce, error}`. Other names beside
 * these are passed over, but the plan is read strictly. `null` stands for what is left out.
 *
 * @throws {PlanningFailure} when it is no such answer, or says `ok: false`
 */
export function readExternalAnswer(bytes: Uint8Array<ArrayBuffer>): ExternalAnswer {
  const answer = parsed(AnswerSchema, knownNamesOf(json(textOf(bytes))));
  if (!answer.ok) {
    throw new PlanningFailure("failed", `the external planner failed: ${answer.error || "it does not say why"}`);
  }
  const { plan, taskTimeoutsMs } = parsed(PlannedSchema, answer.plan === undefined ? {} : { plan: answer.plan }).plan;
  if (taskTimeoutsMs.size > 0) throw invalid('"timeout" is nothing that a planner decides');
  const { used_ai: usedAi, notes, rationale, reduce } = answer;
  return { usedAi, notes, rationale, plan, reduce: reduce.kind };
}

/** What an answer with `ok: false` says of why; empty where it says nothing, or is no such answer. */
export function errorOf(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    const answer = parsed(AnswerSchema, knownNamesOf(json(textOf(bytes))));
    return answer.ok ? "" : answer.error;
  } catch (error) {
    if (error instanceof PlanningFailure) return "";
    throw error;
  }
}

/** The planner's answer makes no sense, or its plan cannot run. */
export function invalid(what: string, cause?: unknown): PlanningFailure {
  return new PlanningFailure("invalid", `the answer of the external planner is invalid: ${what}`, { cause });
}

function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid("it is not UTF-8", error);
  }
}

function json(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return text.includes("null") ? withoutNulls(value, PLAN_DEPTH) : value;
  } catch (error) {
    throw invalid(jsonFault(text, error), error);
  }
}

/** The fields that the contract has. Anything but an object is left for the schema to refuse. */
function knownNamesOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => Object.hasOwn(AnswerSchema.entries, name)));
}

/** Without fields that are null, which to the JSON of protocol buffers is the same as leaving them out. */
function withoutNulls(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth - 1));
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(entries.map(([name, field]) => [name, withoutNulls(field, depth - 1)]));
}

function parsed<Schema extends v.GenericSchema>(schema: Schema, input: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (!result.success) throw invalid(fieldFault(result.issues[0]));
  return result.output;
}
