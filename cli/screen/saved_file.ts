import { ioReason } from "../../agent/config/io_reason.ts";
import { MeshError } from "../../agent/core/errors.ts";

/** Where pictures are saved. */
export interface SavedFile extends AsyncDisposable {
  /** Whether one picture is all that it takes. */
  readonly takesOne: boolean;
  /** @throws {MeshError} FAILED_PRECONDITION when it cannot be written */
  write(jpeg: Uint8Array): Promise<void>;
}

/**
 * Opens a file by its name: a `.jpg` or `.jpeg` takes one picture, and is there only when it is whole; a `.mjpeg` or `.mjpg` is a stream
 * of pictures, one after the other, and grows as they come.
 *
 * @returns undefined for a name that is neither
 */
export function savedFile(path: string): (() => Promise<SavedFile>) | undefined {
  if (/\.jpe?g$/i.test(path)) return () => OnePicture.open(path);
  if (/\.mjpe?g$/i.test(path)) return () => PictureSequence.open(path);
  return undefined;
}

class OnePicture implements SavedFile {
  readonly takesOne = true;

  private constructor(private readonly path: string, private readonly making: string) {}

  /** Begun now: that nothing can be written there is known before anybody is asked for a picture. */
  static async open(path: string): Promise<OnePicture> {
    const making = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
    try {
      await Deno.writeFile(making, new Uint8Array(), { createNew: true });
      return new OnePicture(path, making);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  async write(jpeg: Uint8Array): Promise<void> {
    try {
      await Deno.writeFile(this.making, jpeg);
      await Deno.rename(this.making, this.path);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await Deno.remove(this.making);
    } catch (error) {
      // It has its name.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

class PictureSequence implements SavedFile {
  readonly takesOne = false;

  private constructor(private readonly path: string, private readonly file: Deno.FsFile) {}

  static async open(path: string): Promise<PictureSequence> {
    try {
      return new PictureSequence(path, await Deno.open(path, { write: true, create: true, truncate: true }));
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  async write(jpeg: Uint8Array): Promise<void> {
    try {
      for (let written = 0; written < jpeg.length;) written += await this.file.write(jpeg.subarray(written));
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.file.close();
    return Promise.resolve();
  }
}

function cannotWrite(path: string, error: unknown): MeshError {
  return new MeshError("FAILED_PRECONDITION", `Cannot write ${path}: ${ioReason(error)}`, { cause: error });
}
