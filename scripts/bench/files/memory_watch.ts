import { megabytes, verdict } from "../shared/figures.ts";
import { residentMegabytes } from "../shared/process_facts.ts";
import type { Section } from "../shared/table.ts";

/** How often an agent's memory is looked at while files come and go, in ms. */
const LOOK_MS = 50;

/** What an agent's memory may grow by, in MB. */
const GROWTH_AIM_MB = 64;

/** Resident memory of a process: before, at most during, and after what it is watched at. */
export class MemoryWatch {
  readonly #before: number;
  #most = 0;

  /** @param name what the process is, for the table */
  constructor(private readonly name: string, private readonly pid: number) {
    this.#before = residentMegabytes(pid);
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const look = () => void (this.#most = Math.max(this.#most, residentMegabytes(this.pid)));
    const timer = setInterval(look, LOOK_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      look();
    }
  }

  get row(): readonly string[] {
    const after = residentMegabytes(this.pid);
    const figures = [this.#before, this.#most, after].map(megabytes).join(" · ");
    return [this.name, verdict(Math.round(this.#most - this.#before), GROWTH_AIM_MB, "MB"), figures];
  }
}

/** What was watched so far. @param what when it was watched */
export function memorySection(what: string, watches: readonly MemoryWatch[]): Section {
  return {
    columns: [what, "aim, growth", "before · at most meanwhile · after"],
    rows: watches.map(({ row }) => row),
  };
}
