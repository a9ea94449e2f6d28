/**
 * How fast and how small the mesh is, in one run: `deno task bench mesh [--quick] [--markdown FILE]`.
 *
 * Needs Linux, whose `/proc` tells memory and processor time of a process.
 */
import { cpus, release } from "node:os";
import { parseFlags } from "../../agent/config/flags.ts";
import { messageOf, UsageError } from "../../agent/core/errors.ts";
import { Children } from "./mesh/children.ts";
import { type Counts, measureMesh } from "./mesh/measure_mesh.ts";
import { measureStart } from "./mesh/measure_start.ts";
import { compiled, fromSource } from "./mesh/program.ts";
import { markdownTable, type Section, textTable } from "./mesh/table.ts";

/** The whole measurement takes at most this long, in ms: then something hangs. */
const LIMIT_MS = 175_000;

/** How often the parent process is looked for, in ms. */
const PARENT_CHECK_MS = 500;

interface Extent {
  readonly starts: number;
  readonly idleMs: number;
  readonly counts: Counts;
}

const FULL: Extent = {
  starts: 7,
  idleMs: 5000,
  counts: {
    passes: 3,
    calls: 1500,
    commands: 150,
    smallJobs: 80,
    largeJobTasks: 10_000,
    largeJobs: 5,
    idleMs: 3000,
    idleDevices: [0, 10, 300],
  },
};

/** Enough to see that everything works; the figures say little. */
const QUICK: Extent = {
  starts: 1,
  idleMs: 500,
  counts: {
    passes: 1,
    calls: 200,
    commands: 20,
    smallJobs: 20,
    largeJobTasks: 1000,
    largeJobs: 1,
    idleMs: 500,
    idleDevices: [0, 10],
  },
};

interface Order {
  readonly extent: Extent;
  readonly markdown: string | undefined;
}

function parseOrder(args: readonly string[]): Order {
  const { given, positionals } = parseFlags({
    quick: { kind: "boolean", help: "a short run that only shows that everything works" },
    markdown: { kind: "string", placeholder: "FILE", help: "write the table there, too" },
  }, args);
  if (positionals.length > 0) throw new UsageError(`unexpected argument ${positionals[0]}`);
  return { extent: given.has("quick") ? QUICK : FULL, markdown: given.text("markdown") };
}

/** The machine, for whoever compares figures. */
function machine(): string {
  const cores = cpus();
  const memory = Math.round(Deno.systemMemoryInfo().total / 1e9);
  const load = Deno.loadavg()[0]?.toFixed(2);
  return `${cores.length} × ${cores[0]?.model.trim() || "unknown processor"}, ${memory} GB, Linux ${release()}, ` +
    `Deno ${Deno.version.deno}; load average before ${load}`;
}

async function measure({ starts, idleMs, counts }: Extent, children: Children, folder: string): Promise<Section[]> {
  const [source, program] = [fromSource(), await compiled(folder)];
  const start = await measureStart({ children, folder, source, compiled: program, runs: starts, idleMs });
  return [start, ...await measureMesh({ children, folder, program, counts })];
}

/** Resolves when this process should end: by a signal, because its parent is gone, or because it took too long. */
function interruption(): { readonly reason: Promise<string>; end(): void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const parent = Deno.ppid;
  const watch = setInterval(() => Deno.ppid !== parent && resolve("its parent process ended"), PARENT_CHECK_MS);
  const timer = setTimeout(() => resolve(`it took longer than ${LIMIT_MS / 1000} s`), LIMIT_MS);
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const listener = () => resolve(signal);
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  const end = () => {
    clearInterval(watch);
    clearTimeout(timer);
    for (const remove of listeners) remove();
  };
  return { reason: promise, end };
}

async function run({ extent, markdown }: Order): Promise<void> {
  const began = performance.now();
  const facts = machine();
  const folder = await Deno.makeTempDir({ prefix: "edgemesh-bench-" });
  const stopped = interruption();
  try {
    await using children = new Children();
    const sections = await Promise.race([
      measure(extent, children, folder),
      stopped.reason.then((reason) => Promise.reject(new Error(`stopped: ${reason}`))),
    ]);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    const heading = `${facts}; measured in ${seconds} s`;
    console.log(`${heading}\n\n${textTable(sections)}`);
    if (markdown) await Deno.writeTextFile(markdown, `${heading}\n\n${markdownTable(sections)}\n`);
  } finally {
    stopped.end();
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  try {
    if (Deno.build.os !== "linux") throw new Error("Cannot measure on this system: it needs /proc, which Linux has");
    await run(parseOrder(args));
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
