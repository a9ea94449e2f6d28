/** Colours for text on a terminal. Each returns its text unchanged where colours are off. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const plain = (text: string): string => text;

const PLAIN: Paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };

const ANSI: Paint = {
  bold: (text) => `\x1b[1m${text}\x1b[22m`,
  dim: (text) => `\x1b[2m${text}\x1b[22m`,
  red: (text) => `\x1b[31m${text}\x1b[39m`,
  green: (text) => `\x1b[32m${text}\x1b[39m`,
  yellow: (text) => `\x1b[33m${text}\x1b[39m`,
};

export function paintFor(color: boolean): Paint {
  return color ? ANSI : PLAIN;
}
