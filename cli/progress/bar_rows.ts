import type { Paint } from "../output/paint.ts";
import { cutToWidth, displayWidth } from "../output/width.ts";
import { type Counts, hasEnded, type JobProgress, sumOf } from "./job_progress.ts";
import type { Pace } from "./pace.ts";
import { remarks } from "./words.ts";

/** Draws a row for a terminal of so many columns, with a bar as wide as it asks for. */
export type BarRow = (columns: number, bar: (size: number) => string) => string;

interface Row {
  /** What its bar shows. */
  readonly counts: Counts;
  readonly draw: BarRow;
}

/** Widest bar, in columns; and columns of a terminal from which there is a bar. */
const MOST_BAR = 30;
const BAR_FROM = 40;

/**
 * A row for each part of a job, at most `most`: where there are more parts, those about the one that runs, and one row
 * for all others.
 */
export function rowsOf(
  progress: JobProgress,
  paceOf: (part: number, counts: Counts) => Pace,
  most: number,
  paint: Paint,
): Row[] {
  const { from, to } = windowOf(progress, most);
  const shown = progress.slice(from, to);
  const labelWidth = Math.max(...shown.map(({ label }) => label.length), 0);
  const rows = shown.map(({ label, counts }, at): Row => {
    const pace = paceOf(from + at, counts);
    return {
      counts,
      draw: (columns, bar) => drawRow({ label: label.padEnd(labelWidth), counts, pace, paint, columns, bar }),
    };
  });
  const others = progress.length - shown.length;
  if (others === 0) return rows;
  const counts = sumOf([...progress.slice(0, from), ...progress.slice(to)]);
  const text = `and ${others} other ${others === 1 ? "group" : "groups"}: ${
    [`${counts.done}/${counts.tasks}`, ...remarks(counts, {})].join(", ")
  }`;
  return [...rows, { counts, draw: (columns) => paint.dim(cutToWidth(text, columns - 1)) }];
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

interface Drawn {
  readonly label: string;
  readonly counts: Counts;
  readonly pace: Pace;
  readonly paint: Paint;
  readonly columns: number;
  readonly bar: (size: number) => string;
}

/** `group 1 of 2  ██████░░░░  1200/20000, 3 failed, 5000/s, 4 s left`, without what does not fit. */
function drawRow({ label, counts, pace, paint, columns, bar }: Drawn): string {
  const size = columns < BAR_FROM ? 0 : Math.min(MOST_BAR, Math.floor(columns / 4));
  const room = columns - 1 - (size > 0 ? size + 2 : 0);
  const done = `${counts.done}/${counts.tasks}`.padStart(2 * String(counts.tasks).length + 1);
  const [first = "", ...more] = [`${label}  `, done, ...remarks(counts, pace).map((remark) => `, ${remark}`)];
  let text = "";
  for (const part of more) {
    if (displayWidth(first + text + part) > room) break;
    text += part;
  }
  if (text === "") {
    const counted = done.trimStart();
    // The label gives way first: how far the part is says more.
    const named = cutToWidth(label.trimEnd(), columns - 2 - counted.length);
    return cutToWidth(`${named} ${counted}`.trimStart(), columns - 1);
  }
  const colour = counts.failed > 0 ? paint.red : hasEnded(counts) ? paint.green : paint.yellow;
  return `${first}${size > 0 ? `${colour(bar(size))}  ` : ""}${text}`;
}
