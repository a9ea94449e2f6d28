import stringWidth from "string-width";

const ASCII = /^[ -~]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns that printable text takes on a terminal: 2 for each wide character. */
export function displayWidth(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** Text cut to at most `width` columns, with `…` where something was cut. Never splits what is seen as one character. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return "";
  let kept = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += displayWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
