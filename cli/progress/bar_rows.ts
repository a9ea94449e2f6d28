import type { Paint } from "../output/paint.ts";
import { cutToWidth } from "../output/width.ts";
import type { ShownRow } from "./bars.ts";
import { drawRow } from "./draw_row.ts";
import { type Counts, endedOf, hasEnded, type JobProgress, sumOf } from "./job_progress.ts";
import type { Pace } from "./pace.ts";
import { remarks } from "./words.ts";

/**
 * A row for each part of a job, at most `most`: where there are more parts, those about the one that runs, and one row
 * for all others.
 */
export function rowsOf(
  progress: JobProgress,
  paceOf: (part: number, counts: Counts) => Pace,
  most: number,
  paint: Paint,
): ShownRow[] {
  const { from, to } = windowOf(progress, most);
  const shown = progress.slice(from, to);
  const labelWidth = Math.max(...shown.map(({ label }) => label.length), 0);
  const rows = shown.map(({ label, counts }, at): ShownRow => {
    const done = `${counts.done}/${counts.tasks}`.padStart(2 * String(counts.tasks).length + 1);
    const colour = counts.failed > 0 ? paint.red : hasEnded(counts) ? paint.green : paint.yellow;
    const text = {
      label: label.padEnd(labelWidth),
      done,
      remarks: remarks(counts, paceOf(from + at, counts)),
      colour,
    };
    return { ...barOf(counts), draw: (columns, bar) => drawRow({ ...text, columns, bar }) };
  });
  const others = progress.length - shown.length;
  if (others === 0) return rows;
  const counts = sumOf([...progress.slice(0, from), ...progress.slice(to)]);
  const text = `and ${others} other ${others === 1 ? "group" : "groups"}: ${
    [`${counts.done}/${counts.tasks}`, ...remarks(counts, {})].join(", ")
  }`;
  return [...rows, { ...barOf(counts), draw: (columns) => paint.dim(cutToWidth(text, columns - 1)) }];
}

function barOf(counts: Counts): { readonly done: number; readonly total: number } {
  return { done: endedOf(counts), total: counts.tasks };
}

/** Which parts have a row of their own: the one before the running one, that one, and what follows. */
function windowOf(progress: JobProgress, most: number): { from: number; to: number } {
  if (progress.length <= most) return { from: 0, to: progress.length };
  const size = Math.max(1, most - 1);
  const running = progress.findIndex(({ counts }) => !hasEnded(counts));
  const first = (running < 0 ? progress.length : running) - (size > 1 ? 1 : 0);
  const from = Math.max(0, Math.min(first, progress.length - size));
  return { from, to: from + size };
}
