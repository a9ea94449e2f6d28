import { verdict } from "../shared/figures.ts";
import { percentile } from "../shared/statistics.ts";
import type { SceneFigures } from "./measure_scene.ts";

/** What a viewer is to see, and what it may take. */
export interface Aim {
  readonly fps?: number;
  /** Of the delay, at p50, in ms. */
  readonly delayMs?: number;
  /** Of one core. */
  readonly core?: number;
  /** Of each picture that something changed in. */
  readonly kilobytes?: number;
  /** In which nothing new may come, in ms. */
  readonly gapMs?: number;
}

/** What was measured beside what is aimed at. */
export function figureCells(figures: SceneFigures): string[] {
  const { ages, fps, bytes, seconds, longestGapMs, agent, display, browser } = figures;
  return [
    fps.toFixed(1),
    `${percentile(ages, 0.5)} / ${percentile(ages, 0.95)} ms`,
    `${longestGapMs} ms`,
    `${(bytes / seconds / 1000).toFixed(0)} kB/s`,
    `${(bytes / ages.length / 1000).toFixed(1)} kB`,
    rungs(figures),
    `${(agent * 100).toFixed(1)} %`,
    `${(display * 100).toFixed(0)} % · ${(browser * 100).toFixed(0)} %`,
  ];
}

export const FIGURE_TITLES = [
  "pictures/s",
  "delay p50 / p95",
  "longest gap",
  "received",
  "a picture",
  "quality, scale",
  "agent, of a core",
  "X server · browser",
];

/** The lowest quality and the smallest scale at which anything was sent; none is said of a video. */
function rungs({ rates, video }: SceneFigures): string {
  if (video || rates.length === 0) return "";
  const scale = Math.min(...rates.map(({ scale }) => scale));
  return `${Math.min(...rates.map(({ quality }) => quality))}${scale < 1 ? `, 1:${Math.round(1 / scale)}` : ", 1:1"}`;
}

/** Each aim, and whether it was met or by how much it was missed. */
export function aimCell(aim: Aim, { ages, fps, agent, bytes, longestGapMs, seconds }: SceneFigures): string {
  const parts: string[] = [];
  if (aim.fps) parts.push(rateVerdict(fps, aim.fps, seconds));
  if (aim.delayMs) parts.push(verdict(percentile(ages, 0.5), aim.delayMs, "ms"));
  if (aim.kilobytes) parts.push(verdict(bytes / ages.length / 1000, aim.kilobytes, "kB"));
  if (aim.core) parts.push(verdict(agent * 100, aim.core * 100, "%"));
  if (aim.gapMs) parts.push(verdict(longestGapMs, aim.gapMs, "ms without"));
  return parts.join(" · ");
}

/** One picture more or less falls into the time by chance; no more than that is allowed for. */
function rateVerdict(fps: number, aim: number, seconds: number): string {
  const short = aim - fps;
  return short <= 1 / seconds ? `${aim} fps: met` : `${aim} fps: missed by ${short.toFixed(1)} fps`;
}
