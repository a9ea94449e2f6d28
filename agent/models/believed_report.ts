import { named } from "../llm/model_name.ts";
import type { Model, ModelRates, ModelReport } from "../../proto/messages.ts";

/** The most models of one device that are believed. */
const MAX_MODELS = 1000;

/** All that is believed of one device's models takes so many bytes on the wire, at most: `ListModels` has those of all. */
export const MAX_REPORT_BYTES = 256 * 1024;

/** The most generations at once that a device is believed to run. */
const MAX_PARALLEL = 1024;

/** The most generations that a device is believed to let wait. */
const MAX_QUEUE = 100_000;

/** Most characters of a model's texts. */
const MAX_NAME = 256;
const MAX_ENDPOINT = 2048;
const MAX_WORD = 64;

/** What a model takes on the wire beside its texts, in bytes, at most. */
const NUMBERS_BYTES = 128;

const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/u;

/** A model of which nothing was measured. */
export const UNMEASURED: Readonly<ModelRates> = {
  prefill_toks_per_s: 0,
  decode_toks_per_s: 0,
  load_ms: 0,
  overhead_ms: 0,
  characters_per_token: 0,
  output_tokens: 0,
  samples: 0,
  measured_at: 0,
};

/**
 * What is believed of what a device says of its models: at most {@link MAX_MODELS} of them that together take no more than
 * {@link MAX_REPORT_BYTES}, its default one first, with texts that people can read and amounts that can be reckoned with. A
 * model whose name is longer than 256 characters or has control characters is left out; other texts are cut.
 */
export function believedReport({ models, default_model, parallel, queue }: ModelReport): ModelReport {
  const sound = models.filter(({ name }) => isSoundName(name));
  const byDefault = isSoundName(default_model) ? named(sound, default_model) : undefined;
  const answers = byDefault?.generates ? byDefault : undefined;
  return {
    models: fitting(sound, answers),
    default_model: answers?.name ?? "",
    parallel: within(parallel, 1, MAX_PARALLEL),
    queue: within(queue, 0, MAX_QUEUE),
  };
}

/** The first of these models that fit, and in any case the one that has to be among them. */
function fitting(models: readonly Model[], needed: Model | undefined): Model[] {
  const neededModel = needed && believed(needed);
  let bytes = neededModel ? bytesOf(neededModel) : 0;
  let others = MAX_MODELS - (neededModel ? 1 : 0);
  const kept: Model[] = [];
  for (const model of models) {
    if (model === needed && neededModel) {
      kept.push(neededModel);
      continue;
    }
    if (others === 0) continue;
    const one = believed(model);
    const size = bytesOf(one);
    if (bytes + size > MAX_REPORT_BYTES) {
      // It is the same for those that follow: what is left is a matter of their order, not of their length.
      others = 0;
      continue;
    }
    bytes += size;
    others--;
    kept.push(one);
  }
  return kept;
}

function believed(model: Model): Model {
  const rates = model.rates ?? UNMEASURED;
  const amounts = Object.entries(rates).map(([name, value]) => [name, amount(value)]);
  return {
    ...model,
    endpoint: text(model.endpoint, MAX_ENDPOINT),
    size_bytes: amount(model.size_bytes),
    memory_mb: amount(model.memory_mb),
    parameter_size: text(model.parameter_size, MAX_WORD),
    quantization: text(model.quantization, MAX_WORD),
    modified_at: amount(model.modified_at),
    rates: Object.fromEntries(amounts) as unknown as ModelRates,
  };
}

function bytesOf({ name, endpoint, parameter_size, quantization }: Model): number {
  return NUMBERS_BYTES + new TextEncoder().encode(name + endpoint + parameter_size + quantization).length;
}

function isSoundName(name: string): boolean {
  return name !== "" && name.length <= MAX_NAME && !UNPRINTABLE.test(name) && name.isWellFormed();
}

/** Text as it can stand in a line for people. */
function text(given: string, longest: number): string {
  return given.slice(0, longest).toWellFormed().replace(/[\p{Cc}\u2028\u2029]/gu, "");
}

function amount(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, amount(value)));
}
