import { printable } from "./printable.ts";
import { cutToWidth, displayWidth } from "./width.ts";

/** One column of a table. */
export interface Column {
  readonly header: string;
  /** Numbers stand on the right. */
  readonly align?: "left" | "right";
  /** The column may be cut with `…`, down to this many columns of the terminal. Without it, it keeps its width. */
  readonly shrinkTo?: number;
  /** When even the cut columns do not fit, columns are left out, the highest number first. Without it, it stays. */
  readonly dropAt?: number;
}

/** A cell: text, which may come from anywhere and is made printable, and how it is coloured. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

export type Row = readonly Cell[];

const GAP = "  ";

/** A column with its cells as they will be shown. */
interface Strip {
  readonly column: Column;
  readonly cells: readonly string[];
  readonly paints: readonly (((text: string) => string) | undefined)[];
  /** Columns of the terminal that the widest cell takes. */
  readonly natural: number;
  width: number;
}

/**
 * Lays out a table, one row a line, each ending in a line feed. With `width`, no line is wider: the widest shrinkable
 * columns are cut first, then columns are left out, and at last lines are cut.
 */
export function renderTable(columns: readonly Column[], rows: readonly Row[], width = Infinity): string {
  const strips = dropUntilFit(stripsOf(columns, rows), width);
  shrinkUntilFit(strips, width);
  const lines: string[] = [];
  for (let at = -1; at < rows.length; at++) lines.push(renderLine(strips, at, width));
  return lines.join("");
}

/** Whether the table fits into `width` columns of the terminal with nothing left out. */
export function tableFits(columns: readonly Column[], rows: readonly Row[], width: number): boolean {
  return leastWidth(stripsOf(columns, rows)) <= width;
}

function stripsOf(columns: readonly Column[], rows: readonly Row[]): Strip[] {
  return columns.map((column, at) => {
    const cells = rows.map((row) => printable(textOf(row[at])));
    const natural = cells.reduce((widest, cell) => Math.max(widest, displayWidth(cell)), displayWidth(column.header));
    return { column, cells, paints: rows.map((row) => paintOf(row[at])), natural, width: natural };
  });
}

function dropUntilFit(strips: Strip[], width: number): Strip[] {
  const droppable = strips.filter((strip) => strip.column.dropAt !== undefined)
    .sort((a, b) => (b.column.dropAt ?? 0) - (a.column.dropAt ?? 0));
  let shown = strips;
  for (const strip of droppable) {
    if (leastWidth(shown) <= width) break;
    shown = shown.filter((other) => other !== strip);
  }
  return shown;
}

/** Takes columns of the terminal from the widest shrinkable strips until the line fits. */
function shrinkUntilFit(strips: readonly Strip[], width: number): void {
  for (let over = lineWidth(strips.map((strip) => strip.width)) - width; over > 0; over--) {
    let widest: Strip | undefined;
    for (const strip of strips) {
      if (strip.width > leastOf(strip) && strip.width > (widest?.width ?? 0)) widest = strip;
    }
    if (!widest) return;
    widest.width--;
  }
}

/** The line of a row; row -1 is the header. */
function renderLine(strips: readonly Strip[], row: number, width: number): string {
  let line = "";
  let left = width;
  strips.forEach((strip, place) => {
    const room = Math.min(strip.width, Math.max(left, 0));
    const text = cutToWidth((row < 0 ? strip.column.header : strip.cells[row]) ?? "", room);
    const padding = " ".repeat(room - displayWidth(text));
    const painted = text && strip.paints[row]?.(text) || text;
    const last = place === strips.length - 1;
    line += strip.column.align === "right" ? padding + painted : last ? painted : painted + padding;
    left -= room + GAP.length;
    if (!last && left > 0) line += GAP;
  });
  return `${line.trimEnd()}\n`;
}

function leastOf(strip: Strip): number {
  return Math.min(strip.natural, strip.column.shrinkTo ?? strip.natural);
}

function leastWidth(strips: readonly Strip[]): number {
  return lineWidth(strips.map(leastOf));
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === "object" ? cell.text : cell ?? "";
}

function paintOf(cell: Cell | undefined): ((text: string) => string) | undefined {
  return typeof cell === "object" ? cell.paint : undefined;
}
