import { Turns } from "../picture/turns.ts";
import type { JpegEncoder, Picture } from "../types.ts";
import { checkPicture } from "./checked_picture.ts";

// From turbojpeg.h, whose functions of version 2 are in all later ones.
const PIXELS_BGRX = 3;
const SAMPLING_420 = 2;
/** The output's memory is ours, and never exchanged for larger one. */
const NO_REALLOCATION = 1024;

const SYMBOLS = {
  tjInitCompress: { parameters: [], result: "pointer" },
  tjDestroy: { parameters: ["pointer"], result: "i32" },
  tjBufSize: { parameters: ["i32", "i32", "i32"], result: "usize" },
  tjGetErrorStr2: { parameters: ["pointer"], result: "pointer" },
  tjCompress2: {
    // handle, source, width, pitch, height, format, out: pointer to the buffer's pointer, in and out: its size, …
    parameters: [
      ...["pointer", "buffer", "i32", "i32", "i32", "i32"] as const,
      ...["buffer", "buffer", "i32", "i32", "i32"] as const,
    ],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * An encoder of the library in a file. It works on a thread of its own, one picture at a time.
 *
 * @throws {Error} when the file is not that library
 */
export function openTurbojpeg(path: string): JpegEncoder {
  const library = Deno.dlopen(path, SYMBOLS);
  const handle = library.symbols.tjInitCompress();
  if (handle === null) {
    library.close();
    throw new Error(`${path} makes no encoder`);
  }
  return new TurbojpegEncoder(library, handle);
}

class TurbojpegEncoder implements JpegEncoder {
  readonly library = "turbojpeg";
  readonly #library: Deno.DynamicLibrary<typeof SYMBOLS>;
  readonly #handle: Deno.PointerObject;
  readonly #turns = new Turns();
  #output: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  readonly #outputPointer = new BigUint64Array(1);
  readonly #outputBytes = new BigUint64Array(1);
  /** What the library reads now: it must not be collected meanwhile. */
  #reading: Uint8Array | undefined;
  #closed = false;

  constructor(library: Deno.DynamicLibrary<typeof SYMBOLS>, handle: Deno.PointerObject) {
    this.#library = library;
    this.#handle = handle;
  }

  encode(picture: Picture, quality: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#closed) return Promise.reject(new Error("the JPEG encoder is closed"));
    return this.#turns.take(() => this.#compress(picture, quality));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // After what was asked for before.
    void this.#turns.take(() => {
      this.#library.symbols.tjDestroy(this.#handle);
      this.#library.close();
      return Promise.resolve();
    });
  }

  async #compress(picture: Picture, quality: number): Promise<Uint8Array<ArrayBuffer>> {
    checkPicture(picture, quality);
    const { data, width, height, stride } = picture;
    this.#reserve(Number(this.#library.symbols.tjBufSize(width, height, SAMPLING_420)));
    this.#reading = data;
    const failed = await this.#library.symbols.tjCompress2(
      ...[this.#handle, data as Uint8Array<ArrayBuffer>, width, stride, height, PIXELS_BGRX] as const,
      ...[this.#outputPointer, this.#outputBytes, SAMPLING_420, quality, NO_REALLOCATION] as const,
    );
    this.#reading = undefined;
    if (failed !== 0) throw new Error(`Cannot make a JPEG: ${this.#reason()}`);
    return this.#output.slice(0, Number(this.#outputBytes[0]));
  }

  #reserve(bytes: number): void {
    if (this.#output.length < bytes) this.#output = new Uint8Array(bytes);
    this.#outputPointer[0] = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#output)));
    this.#outputBytes[0] = BigInt(this.#output.length);
  }

  #reason(): string {
    const text = this.#library.symbols.tjGetErrorStr2(this.#handle);
    return text === null ? "the library does not say why" : Deno.UnsafePointerView.getCString(text);
  }
}
