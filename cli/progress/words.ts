import { duration } from "../output/units.ts";
import type { Counts } from "./job_progress.ts";
import type { Pace } from "./pace.ts";

/** What there is to say of a part beside how much of it is done, the more important first: `3 failed`, `5000/s`. */
export function remarks(counts: Counts, pace: Pace): string[] {
  return [
    counts.failed > 0 ? `${counts.failed} failed` : "",
    counts.cancelled > 0 ? `${counts.cancelled} cancelled` : "",
    pace.perSecond === undefined ? "" : rate(pace.perSecond),
    pace.leftMs === undefined ? "" : `${timeLeft(pace.leftMs)} left`,
    pace.tookMs === undefined ? "" : `took ${duration(pace.tookMs)}`,
  ].filter(Boolean);
}

/** `5000/s`, `4.2/s`, and for what is slow `3/min` or `2/h`. */
export function rate(perSecond: number): string {
  if (perSecond >= 9.95) return `${Math.round(perSecond)}/s`;
  if (perSecond >= 0.95) return `${Number(perSecond.toFixed(1))}/s`;
  const perMinute = perSecond * 60;
  return perMinute >= 1 ? `${Math.round(perMinute)}/min` : `${Number((perMinute * 60).toPrecision(1))}/h`;
}

/** In whole seconds up to a minute: an estimate has no tenths. */
export function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${Math.max(seconds, 1)} s` : duration(seconds * 1000);
}
