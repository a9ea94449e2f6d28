import type { Latency, Spread } from "./statistics.ts";

/** `332 (287–366) ms`: the median, the least and the most. */
export function milliseconds({ median, least, most }: Spread): string {
  return `${median.toFixed(0)} (${least.toFixed(0)}–${most.toFixed(0)}) ms`;
}

/** `0.31 / 1.20 ms`: p50 and p99. */
export function latencies({ p50, p99 }: Latency): string {
  return `${p50.toFixed(2)} / ${p99.toFixed(2)} ms`;
}

/** `5,123/s` */
export function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString("en")}/s`;
}

/** `0.83 s = 12,048/s`: the median time of so many things. */
export function timeOf(count: number, { median }: Spread): string {
  return `${median.toFixed(2)} s = ${rate(count / median)}`;
}

/** `+2.41 ms` */
export function difference(ms: number): string {
  return `${ms < 0 ? "−" : "+"}${Math.abs(ms).toFixed(2)} ms`;
}

/** Of 10^6 bytes. */
export function megabytes(mb: number): string {
  return `${mb.toFixed(0)} MB`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `met` or by how much it was missed. Both values in the aim's unit. */
export function verdict(value: number, aim: number, unit: string): string {
  if (value <= aim) return `${aim} ${unit}: met`;
  return `${aim} ${unit}: missed by ${Number((value - aim).toPrecision(2))} ${unit}`;
}

/** The same for an aim that is to be reached. */
export function verdictAtLeast(value: number, aim: number, unit: string): string {
  const text = `${aim.toLocaleString("en")}${unit}`;
  if (value >= aim) return `${text}: met`;
  const short = aim - value;
  return `${text}: missed by ${Math.round(short).toLocaleString("en")}${unit} (${percent(short / aim)})`;
}
