import type { PlanPreviewResponse } from "../../proto/messages.ts";
import { LinkedSignal } from "../core/abort.ts";
import { durationText } from "../core/duration.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { clipped } from "./clipped.ts";
import { errorOf, invalid, readExternalAnswer } from "./external_answer.ts";
import { orAbort } from "./or_abort.ts";
import type { Planner, PlanningRequest } from "./planner.ts";
import { PlannerPrograms, type ProgramEnd } from "./planner_program.ts";
import { PlanningFailure } from "./planning_failure.ts";
import { PrivateFolder } from "./private_folder.ts";
import { plannerEnvironment } from "./program_environment.ts";
import { acceptProposal, type PlanCheck } from "./proposed_plan.ts";

export interface ExternalPlannerOptions {
  /** Absolute path. */
  readonly program: string;
  readonly check: PlanCheck;
  /** Kinds of reduce that a job can ask for. */
  readonly reduces: readonly string[];
  /** Longest time for a plan, in ms. Default 30,000, as the specification says. */
  readonly timeLimitMs?: number;
  /** Most bytes of an answer. Default 8 MiB. */
  readonly maxOutputBytes?: number;
  /** Where requests are written, each in a private folder. Default: the system's folder for temporary files. */
  readonly folder?: string;
}

const TIME_LIMIT_MS = 30_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** So many programs run at once; who comes then waits, which counts as planning time. */
const MAX_AT_ONCE = 4;

/** Longest notes and rationale that are kept, in characters each. */
const MAX_TEXT = 4000;

/**
 * A program that turns words into a plan, called as `PROGRAM plan --in REQUEST.json --format json`: the specification's
 * "Windows AI Brain", or any other that keeps its contract. No shell; of the environment it gets no more than it needs.
 */
export class ExternalPlanner implements Planner {
  readonly #programs: PlannerPrograms;
  readonly #environment = plannerEnvironment();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(private readonly options: ExternalPlannerOptions) {
    this.#programs = new PlannerPrograms(options.maxOutputBytes ?? MAX_OUTPUT_BYTES);
  }

  /** Ends the programs that run at once, for a process that is about to exit. */
  kill(): void {
    this.#programs.kill();
  }

  /**
   * @throws {PlanningFailure} when the program fails, is too slow, or makes no plan that can run
   * @throws the signal's reason when it aborts: the program has ended then, and its children are killed
   */
  async plan(request: PlanningRequest, signal?: AbortSignal): Promise<PlanPreviewResponse> {
    signal?.throwIfAborted();
    const answer = readExternalAnswer(await this.#answer(request, signal));
    const { check, reduces } = this.options;
    try {
      return {
        used_ai: answer.usedAi,
        notes: clipped(answer.notes, MAX_TEXT) || "using the plan of the external planner",
        rationale: clipped(answer.rationale, MAX_TEXT),
        ...await acceptProposal(answer, request, { check, reduces }),
      };
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      throw invalid(messageOf(error), error);
    }
  }

  async #answer(request: PlanningRequest, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const limitMs = this.options.timeLimitMs ?? TIME_LIMIT_MS;
    const late = `the external planner timed out after ${durationText(limitMs)}`;
    using limit = new LinkedSignal(signal);
    limit.abortAfter(limitMs, new PlanningFailure("timed-out", late));
    while (this.#underWay.size >= MAX_AT_ONCE) await orAbort(Promise.race(this.#underWay), limit.signal);
    const run = this.#run(request, limit.signal);
    const over: Promise<unknown> = run.catch(() => {}).finally(() => this.#underWay.delete(over));
    this.#underWay.add(over);
    return answerOf(await run);
  }

  async #run(request: PlanningRequest, signal: AbortSignal): Promise<ProgramEnd> {
    await using folder = await PrivateFolder.make(this.options.folder).catch(unwritable);
    const file = await folder.write("request.json", JSON.stringify(requestOf(request))).catch(unwritable);
    return await this.#programs.run({
      program: this.options.program,
      args: ["plan", "--in", file, "--format", "json"],
      folder: folder.path,
      environment: this.#environment,
    }, signal);
  }
}

function requestOf({ text, maxWorkers, devices }: PlanningRequest) {
  return {
    text: text.toWellFormed(),
    max_workers: maxWorkers,
    devices: devices.map(({ device_id, device_name, has_npu, has_gpu, has_cpu, grpc_addr }) => ({
      device_id,
      device_name,
      has_npu,
      has_gpu,
      has_cpu,
      grpc_addr,
    })),
  };
}

function unwritable(error: unknown): never {
  const what = `its request cannot be written: ${messageOf(error)}`;
  throw new PlanningFailure("failed", `the external planner failed: ${what}`, { cause: error });
}

/** @throws {PlanningFailure} when the program did not end well: with its own words where it answered `ok: false` */
function answerOf({ code, signal, stdout, lastErrorLine }: ProgramEnd): Uint8Array<ArrayBuffer> {
  if (code === 0) return stdout;
  const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  const why = errorOf(stdout) || lastErrorLine;
  throw new PlanningFailure("failed", `the external planner failed: ${how}${why && `: ${why}`}`);
}
