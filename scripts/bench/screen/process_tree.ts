import { processorSecondsOfAll } from "../shared/process_facts.ts";

/** The processor time of a process, its threads, and its children, whether they still run or have ended, in seconds. */
export function treeProcessorSeconds(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, one) => sum + (whileItRuns(() => processorSecondsOfAll(one)) ?? 0), 0);
}

/** Files, sockets and whatever else a process holds open. */
export function openHandles(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

export function threads(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].length;
}

/** Each thread has its own children. */
function descendants(pid: number): number[] {
  const tasks = whileItRuns(() => [...Deno.readDirSync(`/proc/${pid}/task`)]) ?? [];
  const children = tasks.flatMap(({ name }) =>
    whileItRuns(() => Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`))?.split(" ").filter(Boolean) ?? []
  );
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}

/** Undefined when the process has ended meanwhile. */
function whileItRuns<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || /ESRCH|No such process/.test(String(error))) return undefined;
    throw error;
  }
}
