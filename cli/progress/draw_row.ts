import { cutToWidth, displayWidth } from "../output/width.ts";

/** Widest bar, in columns; and columns of a terminal from which there is a bar. */
const MOST_BAR = 30;
const BAR_FROM = 40;

/** What a row says, and how much room there is for it. */
export interface RowText {
  readonly label: string;
  /** How far it is: `1200/20000`. */
  readonly done: string;
  /** What else there is to say, the more important first. */
  readonly remarks: readonly string[];
  /** Of the bar. */
  readonly colour: (text: string) => string;
  readonly columns: number;
  readonly bar: (size: number) => string;
}

/** `group 1 of 2  ██████░░░░  1200/20000, 3 failed, 5000/s, 4 s left`, without what does not fit. */
export function drawRow({ label, done, remarks, colour, columns, bar }: RowText): string {
  const size = columns < BAR_FROM ? 0 : Math.min(MOST_BAR, Math.floor(columns / 4));
  const room = columns - 1 - (size > 0 ? size + 2 : 0);
  const [first = "", ...more] = [`${label}  `, done, ...remarks.map((remark) => `, ${remark}`)];
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
  return `${first}${size > 0 ? `${colour(bar(size))}  ` : ""}${text}`;
}
