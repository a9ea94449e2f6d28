import { stripVTControlCharacters } from "node:util";
import { displayWidth } from "../../cli/output/width.ts";
import type { Scene } from "./stage.ts";

/** Sizes in px. GitHub shows a README about 840 px wide. */
const FONT = 14;
const COLUMN = 8.43;
const LINE = 20;
const PADDING = 20;
const BAR = 34;

const STYLE = `
text { font: ${FONT}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d1d7e0; }
.prompt, .green { fill: #57ab5a; }
.line { fill: #ffffff; font-weight: 600; }
.bold { font-weight: 600; fill: #ffffff; }
.dim { fill: #9198a1; }
.red { fill: #f47067; }
.yellow { fill: #daaa3f; }
.title { fill: #9198a1; font-size: 12px; text-anchor: middle; }
`.trim();

/** What the program's own colours are called here, by the number that switches them on. */
const COLOURS: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "dim",
  "31": "red",
  "32": "green",
  "33": "yellow",
};

/** What switches a colour. */
// deno-lint-ignore no-control-regex -- a terminal's controls begin with ESC
const SWITCH = /(\x1b\[\d+m)/;

interface Span {
  readonly text: string;
  readonly style: string;
}

/** Draws scenes as a terminal of `columns` columns, as an SVG that reads well on a light and on a dark page. */
export function draw(scenes: readonly Scene[], columns: number): string {
  const lines = scenes.flatMap(({ line, output }, at) => [
    ...at === 0 ? [] : [[]],
    [{ text: "$", style: "prompt" }, { text: ` ${line}`, style: "line" }],
    ...output.trimEnd().split("\n").map(spansOf),
  ]).flatMap((line) => wrapped(line, columns));
  const width = Math.ceil(columns * COLUMN + 2 * PADDING);
  const height = BAR + lines.length * LINE + PADDING;
  const title = "edgemesh: one run of the demo";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${title}</title>`,
    `<desc>${escaped(scenes.map(({ line }) => `$ ${line}`).join("; "))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="#151b23" stroke="#3d444d"/>`,
    ...["#f47067", "#daaa3f", "#57ab5a"].map((fill, at) =>
      `<circle cx="${22 + at * 20}" cy="20" r="6" fill="${fill}"/>`
    ),
    `<text class="title" x="${width / 2}" y="24">${title}</text>`,
    ...lines.flatMap((line, at) => drawLine(line, BAR + (at + 1) * LINE)),
    "</svg>",
    "",
  ].join("\n");
}

/** Each piece stands at its own column, so that tables stay aligned in any font. */
function drawLine(line: readonly Span[], y: number): string[] {
  const drawn: string[] = [];
  let column = 0;
  for (const { text, style } of line) {
    for (const { 0: word, index } of text.matchAll(/\S+(?: \S+)*/g)) {
      const x = PADDING + (column + displayWidth(text.slice(0, index))) * COLUMN;
      const length = displayWidth(word) * COLUMN;
      const kind = style ? ` class="${style}"` : "";
      drawn.push(
        `<text${kind} x="${px(x)}" y="${y}" textLength="${px(length)}" lengthAdjust="spacingAndGlyphs">${
          escaped(word)
        }</text>`,
      );
    }
    column += displayWidth(text);
  }
  return drawn;
}

/** Takes a line apart at its colours. */
function spansOf(line: string): Span[] {
  let style = "";
  return line.split(SWITCH).flatMap((part) => {
    const code = /^\[(\d+)m$/.exec(part.slice(1))?.[1];
    if (code !== undefined) {
      style = COLOURS[code] ?? "";
      return [];
    }
    const text = stripVTControlCharacters(part);
    return text === "" ? [] : [{ text, style }];
  });
}

/** A line too long goes on in the next one, as in a terminal. */
function wrapped(line: readonly Span[], columns: number): Span[][] {
  const lines: Span[][] = [[]];
  let used = 0;
  for (const { text, style } of line) {
    for (let rest = text; rest !== "";) {
      if (used === columns) {
        lines.push([]);
        used = 0;
      }
      const part = rest.slice(0, columns - used);
      lines.at(-1)?.push({ text: part, style });
      used += displayWidth(part);
      rest = rest.slice(part.length);
    }
  }
  return lines;
}

function px(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
