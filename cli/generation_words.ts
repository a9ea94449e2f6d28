import type { GenerationStart, GenerationStats } from "../proto/messages.ts";
import type { HeardGeneration } from "./generation.ts";
import { count, duration, tokenRate } from "./output/units.ts";

/** What takes less than this, in ms, is not worth a word. */
const LEAST_MS = 1;

/** What is being waited for: `laptop (llama3.2:3b): 512 characters`. */
export function generationProgress({ start, characters }: HeardGeneration): string {
  if (!start) return "waiting for a device";
  const who = `${start.device_name || "the agent"} (${start.model})`;
  if (characters > 0) return `${who}: ${count(characters, "character")}`;
  return start.load_ms >= LEAST_MS ? `${who} loads its model` : who;
}

/** What was predicted when a device was given the prompt. */
export function startRemark({ device_name, model, predicted_ms, load_ms, queue_ms }: GenerationStart): string {
  const parts = [
    predicted_ms > 0 ? `predicted ${duration(predicted_ms)}` : "",
    load_ms >= LEAST_MS ? `${duration(load_ms)} of it to load the model` : "",
    queue_ms >= LEAST_MS ? `after a wait of ${duration(queue_ms)}` : "",
  ].filter(Boolean);
  const who = `given to ${device_name || "the agent's own model"}${model ? `, ${model}` : ""}`;
  return parts.length > 0 ? `${who}: ${parts.join(", ")}` : who;
}

export interface SummaryOptions {
  /** How long the caller waited, in ms. */
  readonly elapsedMs: number;
  /** With what the prompt took, loading and the wait for a turn. */
  readonly verbose: boolean;
}

/** Who answered, and how fast: `laptop, llama3.2:3b: 123 tokens, 45.2 tokens/s, 2.7 s`. */
export function generationSummary({ start, end }: HeardGeneration, { elapsedMs, verbose }: SummaryOptions): string {
  const { output_tokens = 0, decode_ms = 0, model = "" } = end?.stats ?? {};
  const who = [start?.device_name, model || start?.model].filter(Boolean).join(", ");
  const parts = [
    output_tokens > 0 ? count(output_tokens, "token") : "",
    output_tokens > 0 && decode_ms > 0 ? `${tokenRate(output_tokens / decode_ms * 1000)} tokens/s` : "",
    duration(elapsedMs),
    ...(verbose && end?.stats ? causes(end.stats) : []),
    end?.finish_reason === "length" ? "ended by its limit of tokens" : "",
  ].filter(Boolean);
  return who === "" ? parts.join(", ") : `${who}: ${parts.join(", ")}`;
}

/** Where the time went beside writing. */
function causes({ prompt_tokens, prefill_ms, load_ms, queue_ms }: GenerationStats): string[] {
  const read = prefill_ms > 0 ? ` read in ${duration(prefill_ms)}` : "";
  return [
    prompt_tokens > 0 ? `a prompt of ${count(prompt_tokens, "token")}${read}` : "",
    load_ms >= LEAST_MS ? `loading ${duration(load_ms)}` : "",
    queue_ms >= LEAST_MS ? `waiting ${duration(queue_ms)}` : "",
  ];
}
