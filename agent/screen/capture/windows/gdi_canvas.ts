import { MeshError } from "../../../core/errors.ts";
import type { Picture, Rectangle } from "../../types.ts";
import type { GdiLibrary, Handle } from "./gdi_library.ts";
import { bitmapInfo } from "./gdi_structs.ts";

/** Copies as it is. */
const SRCCOPY = 0x00cc0020;

/** A bitmap in memory that this program reads, into which Windows copies parts of the screen. */
export class GdiCanvas {
  readonly #pixels: Uint8Array<ArrayBuffer>;

  private constructor(
    private readonly library: GdiLibrary,
    readonly width: number,
    readonly height: number,
    private readonly screen: Handle,
    private readonly context: Handle,
    private readonly bitmap: Handle,
    private readonly former: Handle,
    bits: Deno.PointerObject,
  ) {
    this.#pixels = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(bits, width * height * 4));
  }

  /** @throws {MeshError} `UNAVAILABLE` when Windows refuses */
  static create(library: GdiLibrary, width: number, height: number): GdiCanvas {
    const screen = library.GetDC(null);
    if (screen === null) throw refused("GetDC");
    const context = library.CreateCompatibleDC(screen);
    if (context === null) {
      library.ReleaseDC(null, screen);
      throw refused("CreateCompatibleDC");
    }
    const address = new BigUint64Array(1);
    const bitmap = library.CreateDIBSection(context, bitmapInfo(width, height), 0, address, null, 0);
    const bits = Deno.UnsafePointer.create(address[0] ?? 0n);
    if (bitmap === null || bits === null) {
      library.DeleteDC(context);
      library.ReleaseDC(null, screen);
      throw refused("CreateDIBSection");
    }
    const former = library.SelectObject(context, bitmap);
    return new GdiCanvas(library, width, height, screen, context, bitmap, former, bits);
  }

  /**
   * Copies part of the desktop.
   *
   * @param area in pixels of the desktop, no larger than the canvas
   * @throws {MeshError} `UNAVAILABLE` when Windows refuses, as it does while the screen is locked
   */
  copy({ x, y, width, height }: Rectangle): Picture {
    const copied = this.library.BitBlt(this.context, 0, 0, width, height, this.screen, x, y, SRCCOPY);
    if (copied === 0) throw refused("BitBlt", "the screen is locked, or belongs to another session");
    // What was asked for so far is done only then.
    this.library.GdiFlush();
    return { data: this.#pixels, width, height, stride: this.width * 4 };
  }

  /** To be called once. Its pictures are gone then. */
  close(): void {
    this.library.SelectObject(this.context, this.former);
    this.library.DeleteObject(this.bitmap);
    this.library.DeleteDC(this.context);
    this.library.ReleaseDC(null, this.screen);
  }
}

function refused(call: string, why = "there is no desktop in this session"): MeshError {
  return new MeshError("UNAVAILABLE", `Windows does not let its screen be captured (${call} failed): ${why}`);
}
