import { messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { ModelRates } from "../../proto/messages.ts";

const log = logger("llm");

/** Where what was measured survives a restart. */
export interface RatesJournal {
  /** Replaces what was kept of the model. */
  putModelRates(model: string, rates: ModelRates): Promise<void>;
}

/** A model's rates are written at most once in this time, in ms. */
const INTERVAL_MS = 2000;

/** Writes what changes of models' rates, in the background. A failure is logged once, until a write works again. */
export class RatesWriter {
  readonly #dirty = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #fails = false;

  /** @param ratesOf a model's rates now */
  constructor(
    private readonly journal: RatesJournal,
    private readonly ratesOf: (model: string) => ModelRates | null,
    private readonly intervalMs = INTERVAL_MS,
  ) {}

  changed(model: string): void {
    this.#dirty.add(model);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, this.intervalMs);
  }

  /** Writes what is not written yet. Idempotent. */
  stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#write();
  }

  #write(): Promise<void> {
    return this.#writing = this.#writing.then(async () => {
      const models = [...this.#dirty];
      this.#dirty.clear();
      await Promise.all(models.map((model) => this.#put(model)));
    });
  }

  /** What could not be written is tried again when it changes, and at the end. */
  async #put(model: string): Promise<void> {
    const rates = this.ratesOf(model);
    if (!rates) return;
    try {
      await this.journal.putModelRates(model, rates);
      this.#fails = false;
    } catch (error) {
      this.#dirty.add(model);
      if (!this.#fails) log.warning("cannot keep the rates of models: {reason}", { reason: messageOf(error) });
      this.#fails = true;
    }
  }
}
