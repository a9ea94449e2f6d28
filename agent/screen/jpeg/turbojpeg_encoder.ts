import { Turns } from "../picture/turns.ts";
import type { JpegEncoder, Picture } from "../types.ts";
import { checkPicture } from "./checked_picture.ts";
import { keepLoaded } from "./keep_loaded.ts";

// From turbojpeg.h, whose functions of version 2 are in all later ones.
const PIXELS_BGRX = 3;
const SAMPLING_420 = 2;
/** The output's memory is ours, and never exchanged for larger one. */
const NO_REALLOCATION = 1024;

/**
 * A picture of so few pixels is made a JPEG on the calling thread: in profiles of typed text, to go to another thread and back cost
 * more processor time than the work itself.
 */
const FEW_PIXELS = 32 * 64 * 64;

/** Handle, source, width, pitch, height, format, out: pointer to the buffer's pointer, in and out: its size, … */
const COMPRESS = [
  ...["pointer", "pointer", "i32", "i32", "i32", "i32"] as const,
  ...["pointer", "pointer", "i32", "i32", "i32"] as const,
] as const;

const SYMBOLS = {
  tjInitCompress: { parameters: [], result: "pointer" },
  tjDestroy: { parameters: ["pointer"], result: "i32" },
  tjAlloc: { parameters: ["i32"], result: "pointer" },
  tjFree: { parameters: ["pointer"], result: "void" },
  tjBufSize: { parameters: ["i32", "i32", "i32"], result: "usize" },
  tjGetErrorStr2: { parameters: ["pointer"], result: "pointer" },
  tjCompress2: { parameters: COMPRESS, result: "i32", nonblocking: true },
  compressHere: { name: "tjCompress2", parameters: COMPRESS, result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/**
 * An encoder of the library in a file. It works on a thread of its own, one picture at a time; at once where that is quicker.
 *
 * A worker may end while that thread works, by a fault or because it is terminated; what the thread then uses must not go
 * with the worker, or the whole process does. So the library stays loaded, and only memory of its own is used: pixels are
 * copied there first, which takes 1 ms for 1920 × 1080. A worker that ends in between leaves that memory behind.
 *
 * @throws {Error} when the file is not that library
 */
export function openTurbojpeg(path: string): JpegEncoder {
  const library = Deno.dlopen(path, SYMBOLS);
  try {
    keepLoaded(path);
    return new TurbojpegEncoder(library);
  } catch (error) {
    library.close();
    throw error;
  }
}

class TurbojpegEncoder implements JpegEncoder {
  readonly library = "turbojpeg";
  readonly #library: Library;
  readonly #handle: Deno.PointerValue;
  readonly #turns = new Turns();
  readonly #pixels: LibraryMemory;
  readonly #output: LibraryMemory;
  /** The address of the output, then its size, which becomes that of the JPEG. */
  readonly #result: LibraryMemory;
  #closed = false;

  constructor(library: Library) {
    this.#library = library;
    this.#pixels = new LibraryMemory(library);
    this.#output = new LibraryMemory(library);
    this.#result = new LibraryMemory(library);
    this.#handle = library.symbols.tjInitCompress();
    if (this.#handle === null) throw new Error("libturbojpeg makes no encoder");
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
      for (const memory of [this.#pixels, this.#output, this.#result]) memory.free();
      this.#library.symbols.tjDestroy(this.#handle);
      this.#library.close();
      return Promise.resolve();
    });
  }

  async #compress(picture: Picture, quality: number): Promise<Uint8Array<ArrayBuffer>> {
    checkPicture(picture, quality);
    const { width, height } = picture;
    const pitch = width * 4;
    copyRows(picture, this.#pixels.reserve(pitch * height));
    const output = this.#output.reserve(Number(this.#library.symbols.tjBufSize(width, height, SAMPLING_420)));
    const result = new BigUint64Array(this.#result.reserve(16).buffer);
    result[0] = BigInt(Deno.UnsafePointer.value(this.#output.pointer));
    result[1] = BigInt(output.length);
    const size = Deno.UnsafePointer.offset(this.#result.pointer, 8);
    const { compressHere, tjCompress2 } = this.#library.symbols;
    const compress = width * height <= FEW_PIXELS ? compressHere : tjCompress2;
    const failed = await compress(
      ...[this.#handle, this.#pixels.pointer, width, pitch, height, PIXELS_BGRX] as const,
      ...[this.#result.pointer, size, SAMPLING_420, quality, NO_REALLOCATION] as const,
    );
    if (failed !== 0) throw new Error(`Cannot make a JPEG: ${this.#reason()}`);
    return output.slice(0, Number(result[1]));
  }

  #reason(): string {
    const text = this.#library.symbols.tjGetErrorStr2(this.#handle);
    return text === null ? "the library does not say why" : Deno.UnsafePointerView.getCString(text);
  }
}

function copyRows({ data, width, height, stride }: Picture, to: Uint8Array): void {
  const bytes = width * 4;
  if (stride === bytes) return to.set(data.subarray(0, bytes * height));
  for (let y = 0; y < height; y++) to.set(data.subarray(y * stride, y * stride + bytes), y * bytes);
}

/** Memory that the library allocated, and that grows when more is needed. */
class LibraryMemory {
  readonly #library: Library;
  #pointer: Deno.PointerObject | undefined;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(library: Library) {
    this.#library = library;
  }

  /** Where it is, after {@link reserve}. */
  get pointer(): Deno.PointerObject {
    if (this.#pointer === undefined) throw new Error("no memory was reserved");
    return this.#pointer;
  }

  /**
   * At least so many bytes; what was there before is lost.
   *
   * @throws {RangeError} when there is not so much
   */
  reserve(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length >= bytes) return this.#bytes;
    this.free();
    const pointer = this.#library.symbols.tjAlloc(bytes);
    if (pointer === null) throw new RangeError(`there is no memory of ${bytes} bytes for a JPEG`);
    this.#pointer = pointer;
    this.#bytes = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, bytes));
    return this.#bytes;
  }

  /** Idempotent. */
  free(): void {
    if (this.#pointer !== undefined) this.#library.symbols.tjFree(this.#pointer);
    this.#pointer = undefined;
    this.#bytes = new Uint8Array(0);
  }
}
