import { delay } from "../core/abort.ts";
import { logger } from "../core/log.ts";
import { hasNeuralEngine } from "./capabilities_darwin.ts";
import { hasGpu } from "./capabilities_gpu.ts";
import { hasAccelerator } from "./capabilities_linux.ts";
import { hasComputeAccelerator } from "./capabilities_windows.ts";

/** What a device can compute with, besides its processor. */
export interface FoundCapabilities {
  readonly has_gpu: boolean;
  readonly has_npu: boolean;
}

/** How the parts are found; replaced in tests. */
export interface Probes {
  gpu(signal: AbortSignal): Promise<boolean>;
  npu(signal: AbortSignal): Promise<boolean>;
}

export interface ProbeOptions {
  readonly signal?: AbortSignal;
  /** The longest that the whole probe may take, in ms: macOS and Windows need up to some seconds. */
  readonly timeoutMs?: number;
  readonly probes?: Probes;
}

const DEFAULT_TIMEOUT_MS = 10_000;

const log = logger("devices");

/**
 * Looks for a GPU and an NPU. Never throws: what cannot be found out is reported as not there, because work that is sent to a
 * missing accelerator fails, and work that is kept from one is only slower.
 */
export async function probeCapabilities(options: ProbeOptions = {}): Promise<FoundCapabilities> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, probes = systemProbes() } = options;
  const [has_gpu, has_npu] = await Promise.all([
    answer("GPU", probes.gpu, timeoutMs, signal),
    answer("NPU", probes.npu, timeoutMs, signal),
  ]);
  return { has_gpu, has_npu };
}

function systemProbes(): Probes {
  return { gpu: () => hasGpu(), npu: npuProbe(Deno.build.os) };
}

function npuProbe(os: string): Probes["npu"] {
  switch (os) {
    case "linux":
      return () => hasAccelerator();
    case "darwin":
      return () => Promise.resolve(hasNeuralEngine());
    case "windows":
      return (signal) => hasComputeAccelerator(signal);
    default:
      return () => Promise.resolve(false);
  }
}

async function answer(
  what: string,
  probe: (signal: AbortSignal) => Promise<boolean>,
  timeoutMs: number,
  callersSignal: AbortSignal | undefined,
): Promise<boolean> {
  const finished = new AbortController();
  const signal = AbortSignal.any([finished.signal, ...(callersSignal ? [callersSignal] : [])]);
  const late = delay(timeoutMs, signal).then(() => {
    throw new Error(`no answer within ${timeoutMs} ms`);
  });
  try {
    return await Promise.race([late, probe(signal)]);
  } catch (error) {
    log.debug("cannot find out whether there is a {what}: {error}", { what, error });
    return false;
  } finally {
    finished.abort();
    // The race may be over without it; its rejection by the line above is nobody's then.
    late.catch(() => {});
  }
}
