import type { Rectangle } from "../../types.ts";

/** The functions of CoreGraphics that are needed. */
export const CORE_GRAPHICS_SYMBOLS = {
  CGGetActiveDisplayList: { parameters: ["u32", "buffer", "buffer"], result: "i32" },
  // CGRect: origin and size, each two doubles.
  CGDisplayBounds: { parameters: ["u32"], result: { struct: ["f64", "f64", "f64", "f64"] } },
  CGPreflightScreenCaptureAccess: { parameters: [], result: "bool" },
  CGRequestScreenCaptureAccess: { parameters: [], result: "bool" },
} as const;

/** What {@link CORE_GRAPHICS_SYMBOLS} become once they are opened. */
export interface CoreGraphicsLibrary {
  CGGetActiveDisplayList(max: number, displays: Uint32Array<ArrayBuffer>, count: Uint32Array<ArrayBuffer>): number;
  CGDisplayBounds(display: number): Uint8Array<ArrayBuffer>;
  CGPreflightScreenCaptureAccess(): boolean;
  CGRequestScreenCaptureAccess(): boolean;
}

const PATH = "/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics";
const MAX_DISPLAYS = 16;

/** Opens the library, for good: it is part of the system. @throws what the system says */
export function openCoreGraphics(): CoreGraphicsLibrary {
  return Deno.dlopen(PATH, CORE_GRAPHICS_SYMBOLS).symbols;
}

/** A display, in points, of which one may be several pixels. */
export interface Display extends Rectangle {
  readonly id: number;
}

/** The displays, the main one first. @throws {Error} with CoreGraphics' own number when it fails */
export function displaysOf(library: CoreGraphicsLibrary): Display[] {
  const ids = new Uint32Array(MAX_DISPLAYS);
  const count = new Uint32Array(1);
  const error = library.CGGetActiveDisplayList(MAX_DISPLAYS, ids, count);
  if (error !== 0) throw new Error(`CoreGraphics lists no displays: error ${error}`);
  return [...ids.subarray(0, count[0])].map((id) => {
    const bytes = library.CGDisplayBounds(id);
    const rectangle = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [x = 0, y = 0, width = 0, height = 0] = [0, 8, 16, 24].map((at) => rectangle.getFloat64(at, true));
    return { id, x, y, width, height };
  });
}
