import { clipped } from "../plans/clipped.ts";
import { shownName } from "./written_text.ts";

/** An output with the name of the device that it came from. */
export interface NamedOutput {
  readonly deviceName: string;
  readonly output: string;
}

/** What a model is asked to summarize. */
export interface SummaryPrompt {
  readonly text: string;
  /** How many of the outputs are in it, from the first on. */
  readonly shown: number;
  /** Of how many of these only the beginning is. */
  readonly cut: number;
}

/** Characters of a job's description that are in it. */
const MAX_JOB_TEXT = 2000;

/** Characters of outputs and their headings: some 12,000 tokens, which the models that devices run can read. */
const MAX_OUTPUTS = 48_000;

/** So many characters of an output at least, or all of a shorter one, are worth their heading. */
const LEAST_OUTPUT = 200;

const BETWEEN = "\n\n";
const CUT = " […]";

interface Part {
  readonly heading: string;
  readonly output: string;
}

/**
 * A job's description and its outputs, each under its device's name, within a fixed length: as many of the outputs as have
 * room, the longest of them cut alike. No more of them are read than that.
 */
export function summaryPrompt(jobText: string, outputs: Iterable<NamedOutput>): SummaryPrompt {
  const parts = partsWithin(outputs, MAX_OUTPUTS);
  const headings = parts.reduce((sum, { heading }) => sum + heading.length + BETWEEN.length, 0);
  const most = longestShare(parts.map(({ output }) => output.length), MAX_OUTPUTS - headings);
  const texts = parts.map(({ heading, output }) =>
    heading + (output.length > most ? output.slice(0, most - CUT.length).toWellFormed() + CUT : output)
  );
  const description = clipped(jobText.trim(), MAX_JOB_TEXT);
  const job = description && `The job was described as: ${JSON.stringify(description)}${BETWEEN}`;
  return {
    text: job + texts.join(BETWEEN),
    shown: parts.length,
    cut: parts.filter(({ output }) => output.length > most).length,
  };
}

/** The first outputs, as many as each have room for their heading and something of themselves. */
function partsWithin(outputs: Iterable<NamedOutput>, characters: number): Part[] {
  const parts: Part[] = [];
  let left = characters;
  for (const { deviceName, output } of outputs) {
    const heading = `--- output of ${shownName(deviceName)} ---\n`;
    left -= heading.length + BETWEEN.length + Math.min(output.length, LEAST_OUTPUT);
    if (left < 0) break;
    parts.push({ heading, output });
  }
  return parts;
}

/** The length to which texts are cut so that together they have `room` characters at most; infinite where all fit. */
function longestShare(lengths: readonly number[], room: number): number {
  const ascending = lengths.toSorted((a, b) => a - b);
  for (const [at, length] of ascending.entries()) {
    const share = Math.floor(room / (ascending.length - at));
    if (length > share) return share;
    room -= length;
  }
  return Infinity;
}
