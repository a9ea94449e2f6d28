import { join } from "node:path";
import { percent } from "./figures.ts";
import type { Section } from "./table.ts";

/** Rows of each summary. */
const GROUPS = 16;
const FUNCTIONS = 24;

/** A CPU profile as V8 writes it; times in µs. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

type Frame = Profile["nodes"][number]["callFrame"];

/** Frames in which a thread waits. */
const WAITING: ReadonlySet<string> = new Set(["(idle)", "op_worker_maybe_wait_for_debugger"]);

/** A thread of the program, and the module by which its profile is known. */
const THREADS = [
  { thread: "main thread", module: "/cli/main.ts" },
  { thread: "thread of the store", module: "/agent/store/sqlite_worker.ts" },
];

/** A folder for the profiles of a process, without those of earlier runs, which would be taken for its own. */
export async function profileFolder(path: string): Promise<string> {
  await Deno.mkdir(path, { recursive: true });
  for (const { name } of Deno.readDirSync(path)) {
    if (name.endsWith(".cpuprofile")) await Deno.remove(join(path, name));
  }
  return path;
}

/**
 * What the threads of a process did, by groups of functions and by function: self time, as a share of the time in which the
 * thread did anything. Threads that run no script (the collector's helpers) are in no profile.
 *
 * @param folder where the process has left its profiles
 * @throws {Error} when one is missing: the process did not end by itself
 */
export async function profileSections(folder: string, who: string): Promise<Section[]> {
  const files = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".cpuprofile"));
  const profiles: Profile[] = [];
  for (const { name } of files) profiles.push(JSON.parse(await Deno.readTextFile(join(folder, name))));
  return THREADS.flatMap(({ thread, module }) => {
    const profile = profiles.find(({ nodes }) => nodes.some(({ callFrame }) => callFrame.url.endsWith(module)));
    if (!profile) throw new Error(`Cannot read the profile of the ${who}'s ${thread}: there is none in ${folder}`);
    return threadSections(selfTimes(profile), `${who}, ${thread}`);
  });
}

function threadSections(times: ReadonlyMap<Frame, number>, who: string): Section[] {
  const all = sum(times.values());
  const working = [...times].filter(([frame]) => !WAITING.has(frame.functionName));
  const busy = sum(working.map(([, micros]) => micros));
  const section = (what: string, name: (frame: Frame) => string, limit: number): Section => {
    const sums = new Map<string, number>();
    for (const [frame, micros] of working) sums.set(name(frame), (sums.get(name(frame)) ?? 0) + micros);
    const largest = [...sums].sort(([, a], [, b]) => b - a).slice(0, limit);
    return {
      columns: [what, "share", "self time"],
      rows: largest.map(([name, micros]) => [name, percent(micros / busy), `${(micros / 1000).toFixed(0)} ms`]),
    };
  };
  const seconds = (micros: number) => `${(micros / 1e6).toFixed(1)} s`;
  return [
    section(`${who}: busy ${seconds(busy)} of ${seconds(all)}`, groupOf, GROUPS),
    section(`${who}, by function`, nameOf, FUNCTIONS),
  ];
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Self time of each place, in µs. */
function selfTimes({ nodes, samples, timeDeltas }: Profile): Map<Frame, number> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<Frame, number>();
  samples.forEach((id, at) => {
    const frame = frames.get(id);
    // A sample lasts until the next one.
    const micros = timeDeltas[at + 1] ?? 0;
    if (frame) times.set(frame, (times.get(frame) ?? 0) + micros);
  });
  return times;
}

function groupOf({ functionName, url }: Frame): string {
  if (url === "") {
    if (functionName.startsWith("(")) return functionName;
    // protobufjs compiles each message's functions: `TaskOutcome$decode`.
    return functionName.includes("$") ? "protobufjs, compiled" : "native code";
  }
  const [, room] = /\/((?:agent\/[a-z]+|proto|cli))\//.exec(url) ?? [];
  const [, npm] = /\/registry\.[^/]+\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  const [, extension] = /^ext:([^/]+)\//.exec(url) ?? [];
  return npm ?? (extension && `Deno: ${extension}`) ?? (url.startsWith("node:") ? "Deno: node" : room ?? url);
}

function nameOf({ functionName, url, lineNumber }: Frame): string {
  const name = functionName || "(anonymous)";
  return url === "" ? name : `${name}  ${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
}
