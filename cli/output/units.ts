/** A duration in milliseconds as people read it: `8 ms`, `8.3 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "-";
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** An amount of memory in MB: `512 MB`, `2.0 GB`. */
export function megabytes(mb: number): string {
  return mb < 1024 ? `${Math.round(mb)} MB` : `${(mb / 1024).toFixed(1)} GB`;
}

/** A size on disk in bytes, as {@link megabytes} says it; below 1 MB in kB: `302 kB`. */
export function bytes(count: number): string {
  return count < 1024 * 1024 ? `${Math.ceil(count / 1024)} kB` : megabytes(count / 1024 / 1024);
}

/** Tokens a second: `812`, `45.2`; `-` where nothing was measured (0). */
export function tokenRate(perSecond: number): string {
  if (!(perSecond > 0 && Number.isFinite(perSecond))) return "-";
  return perSecond < 99.95 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/** A share in per cent, with a tenth where it is small: `6.8 %`, `12 %`. */
export function share(ratio: number): string {
  if (!Number.isFinite(ratio)) return "-";
  return `${ratio < 0.0995 ? Number((ratio * 100).toFixed(1)) : Math.round(ratio * 100)} %`;
}

/** A load of 0..1 in per cent; `-` where it is unknown (-1). */
export function percent(load: number): string {
  return load < 0 || !Number.isFinite(load) ? "-" : `${Math.round(load * 100)} %`;
}

/** How long ago a Unix time in seconds was: `2 s ago`. 0 is never; clocks that disagree make it `now`, not negative. */
export function ago(unixSeconds: number, nowMs: number = Date.now()): string {
  if (unixSeconds <= 0) return "never";
  const seconds = Math.floor(nowMs / 1000) - unixSeconds;
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** `1 task`, `2 tasks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
