import type { Model } from "../../proto/messages.ts";
import type { KnownRates } from "./prediction.ts";

/** The specification's rates of a laptop, tokens/s: for a model that was not measured. */
const DEFAULT_PREFILL = 300;
const DEFAULT_DECODE = 30;

/** Loading a model whose loading was never measured: what a SATA disk of flash reads, in bytes/s. An assumption. */
export const LOAD_BYTES_PER_S = 500_000_000;

/** A model's rates as measured; each that was not is the default. */
export function knownRates({ rates, size_bytes }: Pick<Model, "rates" | "size_bytes">): KnownRates {
  return {
    prefill: rates?.prefill_toks_per_s || DEFAULT_PREFILL,
    decode: rates?.decode_toks_per_s || DEFAULT_DECODE,
    overheadMs: rates?.overhead_ms ?? 0,
    loadMs: rates?.load_ms || size_bytes / LOAD_BYTES_PER_S * 1000,
  };
}
