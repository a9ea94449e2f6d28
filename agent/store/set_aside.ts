/** What SQLite keeps beside a database, and the database itself, which is moved last: it is what a start looks for. */
const SUFFIXES = ["-wal", "-shm", ""];

/**
 * Renames a database with its companions to a name that nothing has yet, e.g.
 * `edgemesh.db.corrupt-2026-11-22T16-20-05Z`, and returns that. Throws what `Deno.rename` throws.
 */
export async function setAside(path: string, now: Date): Promise<string> {
  const base = `${path}.corrupt-${now.toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
  let target = base;
  for (let count = 2; await anyExists(target); count++) target = `${base}-${count}`;
  for (const suffix of SUFFIXES) {
    if (await exists(path + suffix)) await Deno.rename(path + suffix, target + suffix);
  }
  return target;
}

async function anyExists(path: string): Promise<boolean> {
  for (const suffix of SUFFIXES) if (await exists(path + suffix)) return true;
  return false;
}

/** Whether there is anything of this name, even a link that leads nowhere. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
