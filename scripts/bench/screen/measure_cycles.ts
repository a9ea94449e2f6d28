import { delay } from "../../../agent/core/abort.ts";
import { peakMegabytes, residentMegabytes } from "../shared/process_facts.ts";
import type { Section } from "../shared/table.ts";
import { openHandles, threads } from "./process_tree.ts";
import { type Setting, startScene, viewOf } from "./setting.ts";

/** Streams that are started before anything is counted: what is loaded once stays. */
const WARM_UP = 3;

/** What a stream held is given back some seconds after the last one has ended; in ms. */
const REST_MS = 12_000;

/** Memory of a runtime goes up and down by itself; what counts as "as before" is our own choice, in MB. */
const MEMORY_AIM_MB = 20;

/** What the agent holds before and after so many streams, one after the other. */
export async function measureCycles(setting: Setting, count: number): Promise<Section> {
  const { pid } = setting.agent;
  const scene = await startScene(setting, "typing", 30);
  await cycles(setting, WARM_UP);
  await delay(REST_MS);
  const before = holdings(pid);
  const began = performance.now();
  await cycles(setting, count);
  const each = (performance.now() - began) / count;
  await delay(REST_MS);
  const after = holdings(pid);
  await scene.stop();
  const more = after.memory - before.memory;
  const leaked = after.handles - before.handles;
  return {
    columns: [`${count} streams started and stopped, ${each.toFixed(0)} ms each`, "aim", "before", "after"],
    rows: [
      [
        "memory (VmRSS)",
        `as before, ± ${MEMORY_AIM_MB} MB: ${
          more <= MEMORY_AIM_MB ? "met" : `missed by ${(more - MEMORY_AIM_MB).toFixed(0)} MB`
        }`,
        `${before.memory.toFixed(0)} MB`,
        `${after.memory.toFixed(0)} MB`,
      ],
      [
        "open handles (/proc/PID/fd)",
        `as before: ${leaked <= 0 ? "met" : `missed by ${leaked}`}`,
        String(before.handles),
        String(after.handles),
      ],
      ["threads", "", String(before.threads), String(after.threads)],
      ["most memory until then (VmHWM)", "", `${before.peak.toFixed(0)} MB`, `${after.peak.toFixed(0)} MB`],
    ],
  };
}

async function cycles(setting: Setting, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const page = await setting.browser.page();
    await page.open(viewOf(setting, 30));
    await page.close();
  }
}

function holdings(pid: number) {
  return {
    memory: residentMegabytes(pid),
    peak: peakMegabytes(pid),
    handles: openHandles(pid),
    threads: threads(pid),
  };
}
