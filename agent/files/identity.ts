import { createHash } from "node:crypto";

/** Which file it is and in which state: another file under the same name differs, and so does the same one once it was written to. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  /** In bytes. */
  readonly size: bigint;
  /** In ns since 1970. */
  readonly mtimeNs: bigint;
}

/** An identity as text, by which two are compared. */
export function identityText({ dev, ino, size, mtimeNs }: FileIdentity): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

/** A strong entity tag (RFC 9110, 8.8.3), with its quotes. It tells nothing of the device's disk. */
export function entityTag(identity: string): string {
  return `"${createHash("sha256").update(identity).digest("base64url").slice(0, 22)}"`;
}
