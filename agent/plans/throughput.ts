import type { DeviceInfo } from "../../proto/messages.ts";

/** How fast a device runs a language model. */
export interface Throughput {
  /** Prompt tokens read, tokens/s. Above 0. */
  readonly prefill: number;
  /** Tokens written, tokens/s. Above 0. */
  readonly decode: number;
  /** The device's own rates, or its platform's default. */
  readonly own: boolean;
}

/** The specification's default for macOS, Windows and Linux, and for whatever else is no phone. */
const LAPTOP_THROUGHPUT: Throughput = { prefill: 300, decode: 30, own: false };

/** The specification's default for Android and iOS. */
const PHONE_THROUGHPUT: Throughput = { prefill: 120, decode: 12, own: false };

const PHONES: ReadonlySet<string> = new Set(["android", "ios"]);

/** A device's own rates where both are known (above 0), else its platform's default. */
export function throughputOf(
  device: Pick<DeviceInfo, "platform" | "llm_prefill_toks_per_s" | "llm_decode_toks_per_s">,
): Throughput {
  const { llm_prefill_toks_per_s: prefill, llm_decode_toks_per_s: decode } = device;
  if (isRate(prefill) && isRate(decode)) return { prefill, decode, own: true };
  return PHONES.has(device.platform.toLowerCase()) ? PHONE_THROUGHPUT : LAPTOP_THROUGHPUT;
}

function isRate(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}
