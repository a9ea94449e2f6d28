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
}

/** How many devices a warning names before it only counts them. */
const NAMED = 5;

/**
 * Chooses the fastest of the devices that are online and have enough RAM; where none has, the fastest one, with a
 * warning. Devices that are offline count only where no other is given. Ties: lowest load, then name, then id.
 *
 * @param candidates at least one
 */
export function recommend<C extends Candidate>(candidates: readonly C[]): { chosen: C; warnings: string[] } {
  const online = candidates.filter((candidate) => candidate.online);
  const offline = candidates.filter((candidate) => !candidate.online);
  const eligible = online.length > 0 ? online : candidates;
  const roomy = eligible.filter((candidate) => candidate.ramSufficient);
  const chosen = best(roomy.length > 0 ? roomy : eligible);
  const warnings: string[] = [];
  if (roomy.length === 0) warnings.push(ramWarning(chosen, eligible.length < candidates.length));
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

function ramWarning({ info, peakRamMb }: Candidate, onlyOnline: boolean): string {
  const none = onlyOnline ? "no online device" : "no device";
  return `${none} has the ${peakRamMb} MB of free RAM that the plan needs; ` +
    `recommending the fastest, ${info.device_name} (${info.ram_free_mb} MB free)`;
}

function offlineWarning(offline: readonly Candidate[]): string {
  const names = offline.map(({ info }) => info).toSorted(byNameThenId).map((info) => info.device_name);
  if (names.length === 1) return `${names[0]} is offline`;
  const rest = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `offline: ${names.slice(0, NAMED).join(", ")}${rest}`;
}
