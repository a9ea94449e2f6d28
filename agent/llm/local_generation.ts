import { MeshError } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import type {
  CalibrateRequest,
  CalibrateResponse,
  EmbedRequest,
  EmbedResponse,
  GenerateRequest,
  GenerationEnd,
  GenerationStats,
  ModelLoad,
  ModelReport,
} from "../../proto/messages.ts";
import { CALIBRATION_OUTPUT_TOKENS, calibrationPrompts } from "./calibration.ts";
import { checkEmbedRequest, checkGenerateRequest, generateRequest, textOf } from "./generate_request.ts";
import type { QueueLimits } from "./generation_queue.ts";
import { knownRates } from "./known_rates.ts";
import type { LocalModel, LocalModels } from "./local_models.ts";
import type { MeasuredRates } from "./model_rates.ts";
import { modelOf } from "./model_report.ts";
import { type ModelTurn, ModelTurns, type TurnOptions } from "./model_turns.ts";
import { type GenerationWork, predictGeneration, workOf } from "./prediction.ts";
import { ReportListeners } from "./report_listeners.ts";
import type { Generated } from "./types.ts";

export interface GenerateOptions extends TurnOptions {
  /** Hears each piece of text as it comes. */
  readonly onText?: (text: string) => void;
}

/** How a generation ended, and what it took. */
export interface LocalGenerationEnd extends GenerationEnd {
  stats: GenerationStats;
}

export interface LocalGenerationParts extends QueueLimits {
  readonly models: LocalModels;
  readonly rates: MeasuredRates;
}

/** Whether a generation is to measure a model, and whether it is the first of those that do. */
type Purpose = "use" | "calibrate afresh" | "calibrate further";

/** Failures that say that a model server is not what it was when it was last asked. */
const CHANGED: ReadonlySet<string> = new Set(["UNAVAILABLE", "NOT_FOUND"]);

/** Puts this device's models to work: checks what is asked, takes turns, measures. */
export class LocalGeneration implements Component {
  readonly name = "local generation";
  readonly #models: LocalModels;
  readonly #rates: MeasuredRates;
  readonly #limits: QueueLimits;
  readonly #turns: ModelTurns;
  readonly #reports = new ReportListeners();
  readonly #unlisten: (() => void)[] = [];

  constructor({ models, rates, parallel, queue }: LocalGenerationParts) {
    this.#models = models;
    this.#rates = rates;
    this.#limits = { parallel, queue };
    this.#turns = new ModelTurns(this.#limits);
  }

  start(): void {
    this.#unlisten.push(
      this.#models.onChange(() => this.#reports.tell()),
      this.#rates.onChange(() => this.#reports.tellSoon()),
    );
  }

  /** Stops what runs and waits. */
  async stop(): Promise<void> {
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
    this.#reports.stop();
    await this.#turns.stop();
  }

  /** This device's models now. */
  report(): ModelReport {
    return {
      models: this.#models.models.map((model) => modelOf(model, this.#rates.of(model.name))),
      default_model: this.#models.default?.name ?? "",
      ...this.#limits,
    };
  }

  /** What they have to do now. */
  load(): ModelLoad {
    return this.#turns.load;
  }

  /** Calls the listener when the report has changed: models at once, rates at most once a second. Returns what ends that. */
  onReport(listener: () => void): () => void {
    return this.#reports.add(listener);
  }

  /**
   * Generates, and tells each piece of text as it comes.
   *
   * @throws {MeshError} INVALID_ARGUMENT, naming the field; NOT_FOUND and FAILED_PRECONDITION as `LocalModels.choose`;
   * a `BusyError` when too many wait already; DEADLINE_EXCEEDED after its time limit; the model server's failure;
   * UNAVAILABLE when this device stops; else the signal's reason
   */
  async generate(request: GenerateRequest, options: GenerateOptions = {}): Promise<LocalGenerationEnd> {
    return await this.#generate(request, options, "use");
  }

  /** @throws {MeshError} as `generate` does */
  async embed(request: EmbedRequest, options: TurnOptions = {}): Promise<EmbedResponse> {
    checkEmbedRequest(request);
    const { inputs } = request;
    const model = this.#models.choose(request.model, "embeds");
    const characters = inputs.reduce((sum, text) => sum + text.length, 0);
    const work = { ...workOf(characters, 0, this.#rates.of(model.name)), outputTokens: 0 };
    return await this.#inTurn(model, characters, work, options, async ({ signal }) => {
      const { embeddings, promptTokens } = await model.server.embed(model.name, inputs, signal);
      const vectors = embeddings.map((values) => ({ values: [...values] }));
      return { model: model.name, embeddings: vectors, prompt_tokens: promptTokens };
    });
  }

  /**
   * Measures a model with three short prompts, whose figures replace what was known of its speed. `device_id` and
   * `device_name` of the answer are empty.
   *
   * @throws {MeshError} as `generate` does
   */
  async calibrate(request: CalibrateRequest, options: TurnOptions = {}): Promise<CalibrateResponse> {
    const model = this.#models.choose(request.model, "generates").name;
    const runs: GenerationStats[] = [];
    for (const prompt of calibrationPrompts()) {
      const asked = generateRequest({ prompt, model, max_tokens: CALIBRATION_OUTPUT_TOKENS });
      const purpose = runs.length === 0 ? "calibrate afresh" : "calibrate further";
      runs.push((await this.#generate(asked, options, purpose)).stats);
    }
    return { device_id: "", device_name: "", model, rates: this.#rates.of(model), runs };
  }

  async #generate(request: GenerateRequest, options: GenerateOptions, purpose: Purpose): Promise<LocalGenerationEnd> {
    checkGenerateRequest(request);
    const model = this.#models.choose(request.model, "generates");
    const text = textOf(request);
    const work = workOf(text.length, request.max_tokens, this.#rates.of(model.name));
    return await this.#inTurn(
      model,
      text.length,
      work,
      options,
      (turn) => this.#measured(model, request, text, turn, options.onText, purpose),
    );
  }

  /** Generates, and learns from it. */
  async #measured(
    model: LocalModel,
    { prompt, messages, max_tokens: maxTokens, sampling, format }: GenerateRequest,
    text: string,
    { isCold, waitedMs, signal }: ModelTurn,
    onText: GenerateOptions["onText"],
    purpose: Purpose,
  ): Promise<LocalGenerationEnd> {
    const run = this.#rates.begin(model.name, text, { isRandom: purpose !== "use", isCold });
    const begin = performance.now();
    const generated = await model.server.generate(
      { model: model.name, prompt, messages, maxTokens, sampling, format },
      (piece) => {
        onText?.(piece);
        run.text.add(piece);
      },
      signal,
    );
    const totalMs = performance.now() - begin;
    const isAfresh = purpose === "calibrate afresh";
    this.#rates.learn(model.name, run, { generated, totalMs, isAfresh });
    return { finish_reason: generated.finishReason, stats: statsOf(model.name, generated, waitedMs, totalMs) };
  }

  async #inTurn<T>(
    model: LocalModel,
    characters: number,
    work: GenerationWork,
    options: TurnOptions,
    run: (turn: ModelTurn) => Promise<T>,
  ): Promise<T> {
    const rates = knownRates({ rates: this.#rates.of(model.name), size_bytes: model.sizeBytes });
    try {
      const result = await this.#turns.run({
        model: model.name,
        isLoaded: () => this.#models.find(model.name)?.loaded ?? false,
        characters,
        predictMs: (isCold) => predictGeneration(work, rates, isCold).totalMs,
        run,
      }, options);
      this.#models.noteLoaded(model);
      return result;
    } catch (error) {
      const isServers = !options.signal?.aborted && error instanceof MeshError;
      if (isServers && CHANGED.has(error.code)) this.#models.refresh();
      throw error;
    }
  }
}

function statsOf(model: string, generated: Generated, queue_ms: number, total_ms: number): GenerationStats {
  return {
    model,
    prompt_tokens: generated.promptTokens,
    output_tokens: generated.outputTokens,
    queue_ms,
    load_ms: generated.loadMs,
    prefill_ms: generated.prefillMs,
    decode_ms: generated.decodeMs,
    total_ms,
  };
}
