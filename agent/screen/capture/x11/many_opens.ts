import { until } from "../../../../tests/screen/x11_desk.ts";
import { X11Source } from "./x11_source.ts";

/**
 * A program for the test of what opening a display leaves behind, which wants a process of its own:
 * `many_opens.ts DISPLAY COUNT shm|socket` opens and closes it, and prints what it has then as JSON; with `hold` after
 * that it opens the display once more, prints a line and waits to be killed.
 */
interface Held {
  /** Open files. */
  readonly files: number;
  /** Memory of the process, in MB. */
  readonly memory: number;
}

const [display = "", count = "0", way = "shm", hold] = Deno.args;

async function open(): Promise<X11Source> {
  const source = await X11Source.open({ display, sharedMemory: way === "shm" });
  const [monitor] = await source.monitors();
  if (!monitor) throw new Error("the screen has no monitor");
  await source.changes(monitor);
  await source.grab(monitor, { x: 0, y: 0, width: monitor.width, height: monitor.height });
  await source.cursor();
  return source;
}

async function openAndClose(times: number): Promise<Held> {
  for (let time = 0; time < times; time++) await (await open()).close();
  // The server lets go of the last one when it has seen that we are gone.
  await until(() => Promise.resolve(segmentsOf(Deno.pid)), (count) => count === 0, "the end of the shared memory");
  return {
    files: [...Deno.readDirSync("/proc/self/fd")].length,
    memory: Deno.memoryUsage().rss / 1e6,
  };
}

/** How many segments of shared memory a process made that are there still. */
export function segmentsOf(pid: number): number {
  const lines = Deno.readTextFileSync("/proc/sysvipc/shm").trim().split("\n").slice(1);
  return lines.filter((line) => Number(line.trim().split(/\s+/)[4]) === pid).length;
}

if (import.meta.main) {
  if (hold) {
    await open();
    console.log(segmentsOf(Deno.pid));
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  } else {
    const before = await openAndClose(Number(count) / 4);
    const after = await openAndClose(Number(count));
    console.log(JSON.stringify({ before, after }));
  }
}
