import { keepPrivate } from "../config/private_file.ts";

const NEWLINE = 10;

/** A file of whole lines that only its owner may read. */
export interface LineFile {
  /** In bytes. */
  readonly size: number;
  /** Appends lines, all or none of them. @throws when they could not be written */
  append(lines: Uint8Array): Promise<void>;
  close(): void;
}

/** Opens a file for more lines (mode 0600), and makes it where it is not there. A line that was cut off before gets its end. */
export async function openLineFile(path: string): Promise<LineFile> {
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  try {
    await keepPrivate(path, 0o600);
    const { size } = await file.stat();
    const opened = new OpenLineFile(file, size);
    if (size > 0 && await lastByte(file, size) !== NEWLINE) await opened.append(Uint8Array.of(NEWLINE));
    return opened;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Moves the file aside as `PATH.1`, the former `PATH.1` as `PATH.2` and so on; at most `kept` old files stay. */
export async function rotate(path: string, kept: number): Promise<void> {
  for (let at = kept - 1; at >= 1; at--) await renameIfThere(`${path}.${at}`, `${path}.${at + 1}`);
  await renameIfThere(path, `${path}.1`);
}

class OpenLineFile implements LineFile {
  constructor(private readonly file: Deno.FsFile, public size: number) {}

  async append(lines: Uint8Array): Promise<void> {
    try {
      await this.file.seek(this.size, Deno.SeekMode.Start);
      for (let sent = 0; sent < lines.length;) sent += await this.file.write(lines.subarray(sent));
      this.size += lines.length;
    } catch (error) {
      // Part of them may be there: without it, the next attempt finds the file as it was.
      await this.file.truncate(this.size);
      throw error;
    }
  }

  close(): void {
    this.file.close();
  }
}

async function lastByte(file: Deno.FsFile, size: number): Promise<number | undefined> {
  const byte = new Uint8Array(1);
  await file.seek(size - 1, Deno.SeekMode.Start);
  await file.read(byte);
  return byte[0];
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
