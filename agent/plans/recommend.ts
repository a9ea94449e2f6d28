import type { DeviceInfo } from "../../proto/messages.ts";
import { byNameThenId } from "./device_order.ts";

/** A device with what the whole plan would cost on it. */
export interface Candidate {
  readonly info: Pick<DeviceInfo, "device_id" | "device_name" | "ram_free_mb">;
  /** 0 to 1; below 0 = unknown. */
  readonly load: number;
  readonly online: boolean;
  readonly totalMs: number;
  readonly peakRamMb: number;
  readonly ramSufficient: boolean;
  /** The plan needs a model, some device has one, and this one has none. */
  readonly lacksModel: boolean;
}

/** How many devices a warning names before it only counts them. */
const NAMED = 5;

/**
 * Chooses the fastest of the devices that are online and have enough RAM; where none has, the fastest one, with a
 * warning. Devices that are offline count only where no other is given, and then those without a model only where no
 * other is left. Ties: lowest load, then name, then id.
 *
 * @param candidates at least one
 */
export function recommend<C extends Candidate>(candidates: readonly C[]): { chosen: C; warnings: string[] } {
  const online = candidates.filter((candidate) => candidate.online);
  const offline = candidates.filter((candidate) => !candidate.online);
  const present = online.length > 0 ? online : candidates;
  const able = present.filter((candidate) => !candidate.lacksModel);
  const eligible = able.length > 0 ? able : present;
  const roomy = eligible.filter((candidate) => candidate.ramSufficient);
  const chosen = best(roomy.length > 0 ? roomy : eligible);
  const warnings: string[] = [];
  if (chosen.lacksModel) warnings.push("none of these that is online has a local model");
  if (roomy.length === 0) {
    const none = present.length < candidates.length ? "no online device" : "no device";
    warnings.push(ramWarning(chosen, eligible, eligible.length < present.length ? `${none} with a local model` : none));
  }
  if (offline.length > 0) warnings.push(offlineWarning(offline));
  return { chosen, warnings };
}

function best<C extends Candidate>(candidates: readonly C[]): C {
  return candidates.reduce((a, b) => isBetter(b, a) ? b : a);
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.totalMs !== b.totalMs) return a.totalMs < b.totalMs;
  const [loadA, loadB] = [knownLoad(a), knownLoad(b)];
  if (loadA !== loadB) return loadA < loadB;
  return byNameThenId(a.info, b.info) < 0;
}

function knownLoad({ load }: Candidate): number {
  return load >= 0 ? load : Infinity;
}

function ramWarning({ info, peakRamMb }: Candidate, eligible: readonly Candidate[], none: string): string {
  const free = `${info.ram_free_mb} MB free`;
  if (eligible.every((candidate) => candidate.peakRamMb === peakRamMb)) {
    return `${none} has the ${peakRamMb} MB of free RAM that the plan needs; ` +
      `recommending the fastest, ${info.device_name} (${free})`;
  }
  return `${none} has the free RAM that its model needs; ` +
    `recommending the fastest, ${info.device_name} (${peakRamMb} MB needed, ${free})`;
}

function offlineWarning(offline: readonly Candidate[]): string {
  const names = offline.map(({ info }) => info).toSorted(byNameThenId).map((info) => info.device_name);
  if (names.length === 1) return `${names[0]} is offline`;
  const rest = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `offline: ${names.slice(0, NAMED).join(", ")}${rest}`;
}
