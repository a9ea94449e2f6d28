import type { Buffer } from "node:buffer";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { KeySource } from "../config/config.ts";
import { ioReason } from "../config/io_reason.ts";
import { cleanKey } from "../config/key_text.ts";
import { createPrivateFile, keepPrivate } from "../config/private_file.ts";
import { MeshError, messageOf, UsageError } from "../core/errors.ts";
import { logger } from "../core/log.ts";

const log = logger("auth");

/** Bytes of chance in a key that was made here; 43 characters as unpadded base64url. */
const KEY_BYTES = 32;

export interface MeshKey {
  readonly key: string;
  /** Made just now: the first start with this data folder and no key given. */
  readonly created: boolean;
}

/**
 * The mesh key, from where the configuration says. A key that was given is kept in the data folder too, so that the
 * command line on this machine finds it; a different one that is already there stays.
 *
 * @param dataDir an existing folder.
 * @throws {MeshError} one line that names the file; never with the key.
 */
export async function resolveMeshKey(source: KeySource, dataDir: string): Promise<MeshKey> {
  const path = join(dataDir, "mesh.key");
  if (source.from === "data-dir") return await ownKey(path);
  const key = source.from === "value" ? source.key : await keyInFile(source.path);
  await keepForCommandLine(path, key);
  return { key, created: false };
}

/** Compares a key in a time that tells nothing about how much of it is right, nor how long it is. */
export function keyMatches(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(given), sha256(expected));
}

async function ownKey(path: string): Promise<MeshKey> {
  const created = await write(path, newKey());
  if (!created) await protect(path);
  return { key: await keyInFile(path, "; write the mesh key into it, or delete it for a new one"), created };
}

/** Never begins with `-`, as one in 64 would: `--key -x…`, which the agent tells people to type, would not be taken for a key. */
export function newKey(random: (bytes: number) => Buffer = randomBytes): string {
  for (;;) {
    const key = random(KEY_BYTES).toString("base64url");
    if (!key.startsWith("-")) return key;
  }
}

async function keepForCommandLine(path: string, key: string): Promise<void> {
  if (await write(path, key)) return;
  await protect(path);
  const kept = await keyInFile(path).catch(() => "");
  if (!keyMatches(kept, key)) {
    log.warn("{path} holds another mesh key and stays as it is: the command line here needs --key or --key-file", {
      path,
    });
  }
}

async function keyInFile(path: string, cure = ""): Promise<string> {
  try {
    return cleanKey(await Deno.readTextFile(path));
  } catch (error) {
    const reason = error instanceof UsageError ? messageOf(error) : ioReason(error);
    throw keyError(`Cannot read mesh key ${path}`, reason + cure, error);
  }
}

async function protect(path: string): Promise<void> {
  try {
    await keepPrivate(path, 0o600);
  } catch (error) {
    throw keyError(`Cannot protect mesh key ${path}`, ioReason(error), error);
  }
}

async function write(path: string, key: string): Promise<boolean> {
  try {
    return await createPrivateFile(path, `${key}\n`);
  } catch (error) {
    throw keyError(`Cannot write mesh key ${path}`, ioReason(error), error);
  }
}

function keyError(action: string, reason: string, cause: unknown): MeshError {
  return new MeshError("FAILED_PRECONDITION", `${action}: ${reason}`, { cause });
}

function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
