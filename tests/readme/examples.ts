/** A command line of the README, with the lines that are shown under it. */
export interface Example {
  readonly command: string;
  readonly shown: readonly string[];
}

/** The fenced blocks of a Markdown text in this language. */
export function fencedBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, name, text = ""]) =>
    name === language ? [text] : []
  );
}

/** The command lines of all console blocks, in order. @throws {Error} for a block that does not begin with one */
export function examples(markdown: string): Example[] {
  return fencedBlocks(markdown, "console").flatMap((block) => {
    const [before, ...parts] = `\n${block}`.split("\n$ ");
    if (before !== "") throw new Error(`a console block begins without a command line: ${block}`);
    return parts.map((part) => {
      const [command = "", ...shown] = part.trimEnd().split("\n");
      return { command, shown };
    });
  });
}

/** What differs from run to run, by what it is called here. The order matters: an id holds numbers. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "ID"],
  [/\b[0-9a-f]{8}\b/g, "ID"],
  [/\bchatcmpl-[0-9a-f]{32}\b/g, "ID"],
  [/\b(?:localhost|\d+\.\d+\.\d+\.\d+):\d+\b/g, "ADDRESS"],
  [/--key [\w-]{43}/g, "--key KEY"],
  [/\b\d{4}-\d\d-\d\dT[\d:]+Z/g, "TIME"],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d\b/g, "TIME"],
  [/\b\d\d:\d\d:\d\d\.\d{3}\b/g, "TIME"],
  [/\b(?:now|\d+ s ago)\b/g, "WHEN"],
  // A device that has just joined has not told its load.
  [/\b\d+(?:\.\d+)? %| - (?=.*\b[GM]B)|(?<=^CPU load: +)-$/g, " LOAD "],
  [/(?:< )?\b\d+(?:\.\d+)? (?:ms|s)\b/g, "DURATION"],
  [/\b\d+(?:\.\d+)? [MG]B\b/g, "SIZE"],
  [/\b\d+(?:\.\d+)? tokens\/s/g, "RATE"],
  [/(?<=× )\d+\.\d+/g, "FACTOR"],
  // What a cost report is about: where a command cannot be run, it is one generation less.
  [/\b\d+ +LOAD +LOAD +/, "ERRORS "],
  // One prompt of a calibration.
  [/^ *\d+ +\d+ +(?:(?:-|DURATION|[\d.]+) +){4}DURATION$/, "MEASURED"],
  [/\b(?:linux|darwin|windows)\/\w+\b/g, "PLATFORM"],
  [/\bDeno \d+\.\d+\.\d+\b/g, "Deno VERSION"],
  [/":-?\d+(?:\.\d+)?/g, '":NUMBER'],
  [/^\*? +/, ""],
  [/ +/g, " "],
];

/** A line with a name for all that differs from run to run. */
export function invariant(line: string): string {
  return VARYING.reduce((text, [pattern, name]) => text.replace(pattern, name), line).trim();
}

/**
 * Whether what was printed is what is shown, but for what differs from run to run. A line `…` stands for any lines.
 * With `names`, it may also be another of these devices that did the work, and in another order.
 */
export function agrees(shown: readonly string[], printed: readonly string[], names: readonly string[] = []): boolean {
  const device = new RegExp(`\\b(?:${names.join("|")})\\b`, "g");
  const known = (lines: readonly string[]) => {
    const kept = lines.map(invariant);
    return names.length === 0 ? kept : kept.map((line) => line.replace(device, "DEVICE"));
  };
  const gap = shown.indexOf("…");
  if (gap < 0) return known(shown).join("\n") === known(printed).join("\n");
  const after = shown.length - gap - 1;
  const ends = [...printed.slice(0, gap), ...printed.slice(printed.length - after)];
  return printed.length >= shown.length - 1 && agrees(shown.toSpliced(gap, 1), ends, names);
}
