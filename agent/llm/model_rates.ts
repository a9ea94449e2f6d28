import type { Component } from "../core/lifecycle.ts";
import type { ModelRates } from "../../proto/messages.ts";
import { type GenerationSample, MeasuredModel, type PromptOrigin, type RunningSample } from "./measured_model.ts";
import { type RatesJournal, RatesWriter } from "./rates_writer.ts";

/** How fast this device's models are, as measured by what they did, kept over restarts. */
export class MeasuredRates implements Component {
  readonly name = "model rates";
  readonly #models = new Map<string, MeasuredModel>();
  readonly #writer: RatesWriter;
  readonly #listeners = new Set<() => void>();

  /** @param kept as they were when the program ended last, by the model's name */
  constructor(journal: RatesJournal, kept: ReadonlyMap<string, ModelRates> = new Map()) {
    this.#writer = new RatesWriter(journal, (model) => this.of(model));
    for (const [name, rates] of kept) this.#models.set(name, new MeasuredModel(rates));
  }

  start(): void {}

  /** Writes what is not written yet. */
  stop(): Promise<void> {
    return this.#writer.stop();
  }

  /** Null where nothing was measured. */
  of(model: string): ModelRates | null {
    return this.#models.get(model)?.rates ?? null;
  }

  /** A model is given a prompt. */
  begin(model: string, prompt: string, origin: PromptOrigin): RunningSample {
    let measured = this.#models.get(model);
    if (!measured) this.#models.set(model, measured = new MeasuredModel());
    return measured.begin(prompt, origin);
  }

  /** A generation has succeeded. */
  learn(model: string, run: RunningSample, sample: GenerationSample): void {
    if (!this.#models.get(model)?.learn(run, sample)) return;
    this.#writer.changed(model);
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls the listener whenever something was learned. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
