import type { DeviceModel, Model } from "../proto/messages.ts";
import type { Paint } from "./output/paint.ts";
import type { Cell, Column } from "./output/table.ts";
import { bytes, megabytes, tokenRate } from "./output/units.ts";

export const MODEL_COLUMNS: readonly Column[] = [
  { header: "" },
  { header: "MODEL", shrinkTo: 10 },
  { header: "DEVICE", shrinkTo: 8 },
  { header: "PARAMS", dropAt: 6 },
  { header: "SIZE", align: "right", dropAt: 4 },
  { header: "LOADED", dropAt: 3 },
  { header: "MEMORY", align: "right", dropAt: 5 },
  { header: "PREFILL tok/s", align: "right", dropAt: 2 },
  { header: "DECODE tok/s", align: "right", dropAt: 1 },
];

/** A model in the table of {@link MODEL_COLUMNS}: `*` marks what a device answers with when no model is named. */
export function modelRow({ device_name, model, is_default }: DeviceModel, paint: Paint): Cell[] {
  const loaded = model?.loaded === true;
  const memory = model?.memory_mb ? megabytes(model.memory_mb) : "-";
  return [
    is_default ? "*" : "",
    model ? nameOf(model) : "",
    device_name,
    [model?.parameter_size, model?.quantization].filter(Boolean).join(" ") || "-",
    model?.size_bytes ? bytes(model.size_bytes) : "-",
    loaded ? { text: "yes", paint: paint.green } : "no",
    // What it took when it was loaded last is not taken now.
    loaded ? memory : { text: memory, paint: paint.dim },
    tokenRate(model?.rates?.prefill_toks_per_s ?? 0),
    tokenRate(model?.rates?.decode_toks_per_s ?? 0),
  ];
}

/** A model in a few words: `llama3.2:3b, default, loaded: prefill 812 tokens/s, decode 45.2 tokens/s`. */
export function modelWords({ model, is_default }: DeviceModel): string {
  if (!model) return "-";
  const what = [nameOf(model), is_default ? "default" : "", model.loaded ? "loaded" : ""].filter(Boolean).join(", ");
  return `${what}: ${ratesWords(model) ?? "not measured yet"}`;
}

/** `prefill 812 tokens/s, decode 45.2 tokens/s`; undefined where nothing was measured. */
export function ratesWords({ rates }: Pick<Model, "rates">): string | undefined {
  const words = [
    rates && rates.prefill_toks_per_s > 0 ? `prefill ${tokenRate(rates.prefill_toks_per_s)} tokens/s` : "",
    rates && rates.decode_toks_per_s > 0 ? `decode ${tokenRate(rates.decode_toks_per_s)} tokens/s` : "",
  ].filter(Boolean);
  return words.length > 0 ? words.join(", ") : undefined;
}

function nameOf({ name, generates }: Model): string {
  return generates ? name : `${name} (embeddings)`;
}
