import { cpus, release } from "node:os";
import { type Flags, type GivenFlags, parseFlags } from "../../../agent/config/flags.ts";
import { messageOf, UsageError } from "../../../agent/core/errors.ts";
import { Children } from "./children.ts";
import { markdownTable, type Section, textTable } from "./table.ts";

/** How often the parent process is looked for, in ms. */
const PARENT_CHECK_MS = 500;

/** What a measurement works with. */
export interface Workplace {
  readonly children: Children;
  /** A folder of its own, removed in the end. */
  readonly folder: string;
  /** A short run, which only shows that everything works. */
  readonly quick: boolean;
  readonly given: GivenFlags;
}

export interface Measurement {
  /** Flags besides those that every measurement has. */
  readonly flags?: Flags;
  /** The whole measurement takes at most this long, in ms: then something hangs. */
  readonly limitMs: number;
  measure(workplace: Workplace): Promise<Section[]>;
}

const COMMON_FLAGS: Flags = {
  quick: { kind: "boolean", help: "a short run that only shows that everything works" },
  markdown: { kind: "string", placeholder: "FILE", help: "write the table there, too" },
};

/**
 * The body of a measuring program: prints its table below a line that tells the machine. Needs Linux, whose `/proc` tells
 * memory and processor time of a process. Returns the exit code.
 */
export async function runMeasurement(measurement: Measurement, args: readonly string[]): Promise<number> {
  try {
    if (Deno.build.os !== "linux") throw new Error("Cannot measure on this system: it needs /proc, which Linux has");
    const { given, positionals } = parseFlags({ ...COMMON_FLAGS, ...measurement.flags }, args);
    if (positionals.length > 0) throw new UsageError(`unexpected argument ${positionals[0]}`);
    await run(measurement, given);
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function run({ measure, limitMs }: Measurement, given: GivenFlags): Promise<void> {
  const began = performance.now();
  const facts = machine();
  const folder = await Deno.makeTempDir({ prefix: "edgemesh-bench-" });
  const stopped = interruption(limitMs);
  try {
    await using children = new Children();
    const sections = await Promise.race([
      measure({ children, folder, quick: given.has("quick"), given }),
      stopped.reason.then((reason) => Promise.reject(new Error(`stopped: ${reason}`))),
    ]);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    const heading = `${facts}; measured in ${seconds} s`;
    console.log(`${heading}\n\n${textTable(sections)}`);
    const markdown = given.text("markdown");
    if (markdown) await Deno.writeTextFile(markdown, `${heading}\n\n${markdownTable(sections)}\n`);
  } finally {
    stopped.end();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The machine, for whoever compares figures. */
function machine(): string {
  const cores = cpus();
  const memory = Math.round(Deno.systemMemoryInfo().total / 1e9);
  const load = Deno.loadavg()[0]?.toFixed(2);
  return `${cores.length} × ${cores[0]?.model.trim() || "unknown processor"}, ${memory} GB, Linux ${release()}, ` +
    `Deno ${Deno.version.deno}; load average before ${load}`;
}

/** Resolves when this process should end: by a signal, because its parent is gone, or because it took too long. */
function interruption(limitMs: number): { readonly reason: Promise<string>; end(): void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const parent = Deno.ppid;
  const watch = setInterval(() => Deno.ppid !== parent && resolve("its parent process ended"), PARENT_CHECK_MS);
  const timer = setTimeout(() => resolve(`it took longer than ${limitMs / 1000} s`), limitMs);
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
