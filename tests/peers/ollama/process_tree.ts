/** The processes that a process has started, and what those have, as Linux shows them. */
export function descendants(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) => words(`/proc/${pid}/task/${task}/children`)).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Whether a process still runs. One that has ended and whose end nobody has asked for does not. */
export function runs(pid: number): boolean {
  // `pid (name) state …`, and a name may hold anything.
  const state = words(`/proc/${pid}/stat`).join(" ").split(") ").at(-1)?.[0];
  return state !== undefined && state !== "Z";
}

function tasksOf(pid: number): string[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
  } catch (error) {
    if (hasEnded(error)) return [];
    throw error;
  }
}

function words(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).split(" ").filter((word) => word.trim() !== "");
  } catch (error) {
    if (hasEnded(error)) return [];
    throw error;
  }
}

/** Linux has no such file, or says that there is no such process while the file is read. */
function hasEnded(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || (error instanceof Error && "code" in error && error.code === "ESRCH");
}
