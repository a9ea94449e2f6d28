import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { MeshError, messageOf } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";

/** What others than the owner may not do with what is loaded: write. */
const WRITABLE_BY_OTHERS = 0o022;
/** In a folder with this bit, others may not exchange what is not theirs. */
const STICKY = 0o1000;

/**
 * Makes sure that a library is a file of its own in a folder that only this user can change, and has exactly this
 * content. What is there is used only if it is that; a file of anything else is replaced, at once and whole.
 *
 * @param folder made if it is not there; the one that it is in must exist
 * @param name of the file; a digest of its content is put before it
 * @returns where it is
 * @throws {MeshError} `FAILED_PRECONDITION` when the folder is, or could be exchanged by, somebody else's
 */
export async function placeLibrary(content: Uint8Array, folder: string, name: string): Promise<string> {
  try {
    await Deno.mkdir(folder, { mode: 0o700 }).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
    checkOwn(await Deno.lstat(folder), folder);
    checkNotExchangeable(await Deno.stat(dirname(folder)), dirname(folder));
    const path = join(folder, `${createHash("sha256").update(content).digest("hex").slice(0, 16)}-${name}`);
    if (!await holds(path, content)) await replace(path, content);
    return path;
  } catch (error) {
    if (error instanceof MeshError) throw error;
    throw new MeshError("FAILED_PRECONDITION", `Cannot copy ${name} to ${folder}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function checkOwn(folder: Deno.FileInfo, path: string): void {
  if (!folder.isDirectory) throw unsafe(path, "is not a folder");
  if (!isOwn(folder)) throw unsafe(path, "belongs to another user");
  if (((folder.mode ?? 0) & WRITABLE_BY_OTHERS) !== 0) throw unsafe(path, "can be written by other users");
}

function checkNotExchangeable({ mode, uid }: Deno.FileInfo, path: string): void {
  if (uid !== null && uid !== 0 && uid !== Deno.uid()) throw unsafe(path, "belongs to another user");
  if (mode === null || (mode & WRITABLE_BY_OTHERS) === 0 || (mode & STICKY) !== 0) return;
  throw unsafe(path, "can be written by other users");
}

/** Windows keeps owners elsewhere; there, the folder is inside the user's own. */
function isOwn({ uid }: Deno.FileInfo): boolean {
  return uid === null || uid === Deno.uid();
}

function unsafe(path: string, what: string): MeshError {
  return new MeshError("FAILED_PRECONDITION", `Cannot load a library from ${path}: it ${what}`);
}

async function holds(path: string, content: Uint8Array): Promise<boolean> {
  try {
    const info = await Deno.lstat(path);
    if (!info.isFile || !isOwn(info) || info.size !== content.length) return false;
    if (((info.mode ?? 0) & WRITABLE_BY_OTHERS) !== 0) return false;
    const found = await Deno.readFile(path);
    return found.length === content.length && found.every((byte, index) => byte === content[index]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function replace(path: string, content: Uint8Array): Promise<void> {
  const draft = `${path}.${newId()}.tmp`;
  try {
    {
      using file = await Deno.open(draft, { write: true, createNew: true, mode: 0o600 });
      for (let sent = 0; sent < content.length;) sent += await file.write(content.subarray(sent));
      await file.sync();
    }
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}
