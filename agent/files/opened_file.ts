import type { FileHandle } from "node:fs/promises";
import { entityTag, type FileIdentity, identityText } from "./identity.ts";

/** A regular file of the shared folder that was opened for reading. It stays the same file whatever happens to its name. */
export class OpenedFile {
  readonly #handle: FileHandle;
  /** In bytes, when it was opened. */
  readonly size: number;
  /** Last change in ms since 1970. */
  readonly modifiedAt: number;
  readonly identity: string;

  constructor(handle: FileHandle, identity: FileIdentity) {
    this.#handle = handle;
    this.size = Number(identity.size);
    this.modifiedAt = Number(identity.mtimeNs / 1_000_000n);
    this.identity = identityText(identity);
  }

  get etag(): string {
    return entityTag(this.identity);
  }

  /** The descriptor that the system knows it by, until it is closed. */
  get descriptor(): number {
    return this.#handle.fd;
  }

  /** Reads at `position`, as much as there is up to the buffer's length; 0 at the file's end. */
  async read(buffer: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.read(buffer, 0, buffer.length, position)).bytesRead;
  }

  /** Whether it is still as it was when it was opened. */
  async isUnchanged(): Promise<boolean> {
    return identityText(await this.#handle.stat({ bigint: true })) === this.identity;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
