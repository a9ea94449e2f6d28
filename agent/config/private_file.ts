import { newId } from "../core/ids.ts";
import { logger } from "../core/log.ts";

const log = logger("config");
const encoder = new TextEncoder();

/**
 * Makes a file that only its owner may read (0600), whole or not at all: whoever reads it never sees a part, and of
 * several that make it at once one wins. An existing file is left as it is.
 *
 * @returns whether this call made it.
 */
export async function createPrivateFile(path: string, content: string): Promise<boolean> {
  if (await isThere(path)) return false;
  const draft = `${path}.${newId()}.tmp`;
  try {
    await writeNew(draft, content);
    return await publish(draft, path, content);
  } finally {
    await Deno.remove(draft).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/**
 * Takes access to a file or folder away from everybody but its owner. The log says when it was open, and when it belongs
 * to somebody else and so stays open. Windows keeps access elsewhere: nothing is done there.
 */
export async function keepPrivate(path: string, mode: 0o600 | 0o700): Promise<void> {
  const was = await modeIfOpen(path);
  if (was === undefined) return;
  try {
    await Deno.chmod(path, mode);
    log.warn("{path} was open to others (mode {was}): now only its owner can use it", { path, was });
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    log.warn("{path} is open to others (mode {was}) and belongs to another user: it stays open to them", { path, was });
  }
}

/** The mode, in octal, of what others than its owner have access to; undefined when nobody has, and on Windows. */
export async function modeIfOpen(path: string): Promise<string | undefined> {
  const { mode } = await Deno.stat(path);
  return mode === null || (mode & 0o077) === 0 ? undefined : (mode & 0o777).toString(8);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function writeNew(path: string, content: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  const bytes = encoder.encode(content);
  for (let sent = 0; sent < bytes.length;) sent += await file.write(bytes.subarray(sent));
  await file.sync();
}

async function publish(draft: string, path: string, content: string): Promise<boolean> {
  try {
    await Deno.link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
  }
  // A file system without hard links (FAT, some network shares): still exclusive, no longer whole at once.
  try {
    await writeNew(path, content);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}
