/** Kernel clock ticks a second in `/proc/PID/stat`: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/** The memory that a process holds, in MB of 10^6 bytes. */
export function residentMegabytes(pid: number): number {
  return memoryOf(pid, "VmRSS");
}

/** Processor time that a process has used, its ended children not counted, in seconds. */
export function processorSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets, which may contain blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The same, of its children that have ended, and were waited for, too. */
export function processorSecondsOfAll(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

/** The most memory that a process has held since it began, in MB of 10^6 bytes. */
export function peakMegabytes(pid: number): number {
  return memoryOf(pid, "VmHWM");
}

function memoryOf(pid: number, field: string): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`Cannot read the memory of process ${pid}: it has ended`);
  return Number(kilobytes) * 1024 / 1e6;
}
