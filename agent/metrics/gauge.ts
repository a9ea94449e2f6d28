import type { Family, Labels, Sample } from "./family.ts";

/** What can be read at any time: by labels, or a single figure. */
export type Reading = number | Iterable<readonly [labels: Labels, value: number]>;

/** Something that is read when it is asked for, and so costs nothing before. */
export function gauge(name: string, help: string, read: () => Reading): Family {
  return { name, help, type: "gauge", samples: () => samplesOf(read()) };
}

/** The same of something that only grows and is counted elsewhere. @param name ends in `_total` */
export function counted(name: string, help: string, read: () => Reading): Family {
  return { name, help, type: "counter", samples: () => samplesOf(read()) };
}

function* samplesOf(reading: Reading): Iterable<Sample> {
  if (typeof reading === "number") yield { labels: {}, value: reading };
  else for (const [labels, value] of reading) yield { labels, value };
}
