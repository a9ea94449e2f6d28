import type { DeviceInfo } from "../../proto/messages.ts";
import { durationText } from "../core/duration.ts";
import { type Throughput, throughputOf } from "./throughput.ts";

/** What an LLM step is taken to need, MB, where the model's memory is not known. Kept from earlier estimators. */
const LLM_MEMORY_MB = 2048;

/** A queue shorter than this, in ms, is none. */
const SHORTEST_QUEUE_MS = 1;

/** A device's model, as far as a price depends on it. */
export interface CostModel {
  readonly name: string;
  /** In memory, MB; 0 = unknown. */
  readonly memoryMb: number;
  /** In memory now. */
  readonly loaded: boolean;
  /** Loading it into memory, ms, as measured; 0 = unknown. */
  readonly loadMs: number;
}

/** What is known of a device and of the model that would do its LLM steps. */
export interface ModelHost {
  readonly info: DeviceInfo;
  /** Undefined = it has none, or is an older device that tells no more than `info` does. */
  readonly model?: CostModel | undefined;
  /** Work that its model has to do already, ms. */
  readonly queueMs?: number | undefined;
}

/** All of a device that decides what a step costs there. Devices of one profile share their prices. */
export interface CostProfile {
  readonly throughput: Throughput;
  /** Of an LLM step, MB. */
  readonly llmMemoryMb: number;
  /** What is said of each LLM step besides the assumptions of the formula. */
  readonly llmNotes: readonly string[];
}

/** Whether a device runs LLM steps, as far as it said so. */
export function hasModel({ info, model }: ModelHost): boolean {
  return model !== undefined || info.has_local_model;
}

/** Whether so many MB more fit: unknown free RAM (0) counts as enough, and a model that is loaded needs no more. */
export function ramSuffices({ info, model }: ModelHost, llmMemoryMb: number): boolean {
  return model?.loaded === true || info.ram_free_mb === 0 || llmMemoryMb <= info.ram_free_mb;
}

/** @param modelsKnown some device has a model: those that have none are told apart */
export function costProfileOf(host: ModelHost, modelsKnown: boolean): CostProfile {
  const { info, model } = host;
  const llmMemoryMb = model && model.memoryMb > 0 ? model.memoryMb : LLM_MEMORY_MB;
  const llmNotes: string[] = [];
  if (modelsKnown && !hasModel(host)) llmNotes.push("this device has no local model");
  if (model && !model.loaded) llmNotes.push(coldNote(model));
  if (!ramSuffices({ info }, llmMemoryMb) && model?.loaded) {
    llmNotes.push("the model is loaded already and needs no more of the free RAM");
  }
  if (hasModel(host) && host.queueMs !== undefined && host.queueMs >= SHORTEST_QUEUE_MS) {
    llmNotes.push(`${durationText(host.queueMs)} of work are queued on this device, not included`);
  }
  return { throughput: throughputOf(info), llmMemoryMb, llmNotes };
}

/** Equal for profiles that price every step alike. */
export function profileKey({ throughput: { prefill, decode, own }, llmMemoryMb, llmNotes }: CostProfile): string {
  return `${prefill} ${decode} ${own} ${llmMemoryMb} ${llmNotes.join("; ")}`;
}

function coldNote({ loadMs }: CostModel): string {
  const loading = loadMs > 0 ? `loading took ${durationText(loadMs)} when measured,` : "loading it is";
  return `the model is not loaded: ${loading} not included`;
}
