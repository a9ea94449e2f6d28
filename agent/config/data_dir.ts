import { join } from "node:path";
import { MeshError } from "../core/errors.ts";
import { isUuid, newId } from "../core/ids.ts";
import { logger } from "../core/log.ts";
import { ioReason } from "./io_reason.ts";
import { createPrivateFile, keepPrivate, modeIfOpen } from "./private_file.ts";

const log = logger("config");

/** The right to use a data folder, held until it is disposed of or the process ends. */
export interface DataDirLock extends Disposable {
  /** Idempotent. */
  release(): void;
}

/**
 * Makes the data folder if it is not there, for its owner alone (0700). An existing empty one is closed to others too. One
 * that holds something and is open stays so, since it may be a folder of other use (`/tmp`): the log says how to close it,
 * and what is secret in it is closed by itself.
 *
 * @throws {MeshError} when it cannot be made or is not a folder.
 */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (await isEmpty(dataDir)) return await keepPrivate(dataDir, 0o700);
    const mode = await modeIfOpen(dataDir);
    if (mode === undefined) return;
    log.warn("data folder {dataDir} is open to others (mode {mode}): close it with chmod 700, or choose another", {
      dataDir,
      mode,
    });
  } catch (error) {
    // With `recursive`, only something that is not a folder can be in the way.
    const cause = error instanceof Deno.errors.AlreadyExists ? new Error("it is a file, not a folder") : error;
    throw dataDirError("create", dataDir, cause);
  }
}

/**
 * This device's id: `override`, or the one in the data folder's file `device_id`, which is made on the first start and
 * stays.
 *
 * @throws {MeshError} when the file cannot be read or written, or does not hold a UUID.
 */
export async function deviceId(dataDir: string, override = ""): Promise<string> {
  if (override !== "") return override;
  const path = join(dataDir, "device_id");
  let text: string;
  try {
    await createPrivateFile(path, `${newId()}\n`);
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw dataDirError("use", dataDir, error);
  }
  const id = text.trim().toLowerCase();
  if (!isUuid(id)) {
    throw new MeshError(
      "FAILED_PRECONDITION",
      `Cannot read the device id: ${path} does not hold a UUID; write the device's id into it, or delete it for a new one`,
    );
  }
  return id;
}

/**
 * Keeps other agents out of a data folder, by a file lock that ends with the process however it ends.
 *
 * @throws {MeshError} when another agent uses the folder, with its process id, or when the lock file cannot be made.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const path = join(dataDir, "agent.lock");
  let file: Deno.FsFile | undefined;
  try {
    file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
    if (!await file.tryLock(true)) throw await inUse(dataDir, path);
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file?.close();
    throw error instanceof MeshError ? error : dataDirError("use", dataDir, error);
  }
  let held: Deno.FsFile | undefined = file;
  const release = () => {
    // The file stays: removing it would let two agents hold locks on two files of one name.
    held?.close();
    held = undefined;
  };
  return { release, [Symbol.dispose]: release };
}

async function isEmpty(folder: string): Promise<boolean> {
  for await (const _entry of Deno.readDir(folder)) return false;
  return true;
}

async function inUse(dataDir: string, path: string): Promise<MeshError> {
  // Windows lets nobody read a locked file; then the message does without the number.
  const pid = await Deno.readTextFile(path).then((text) => text.trim(), () => "");
  const holder = pid === "" ? "another agent" : `another agent (pid ${pid})`;
  return new MeshError(
    "FAILED_PRECONDITION",
    `data folder ${dataDir} is used by ${holder}; give this one its own with --data-dir`,
  );
}

function dataDirError(action: "create" | "use", dataDir: string, cause: unknown): MeshError {
  const denied = cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable;
  const cure = denied
    ? "make it writable for you, or choose another with --data-dir"
    : "choose another with --data-dir";
  return new MeshError(
    denied ? "PERMISSION_DENIED" : "FAILED_PRECONDITION",
    `Cannot ${action} data folder ${dataDir}: ${ioReason(cause)}; ${cure}`,
    { cause },
  );
}
