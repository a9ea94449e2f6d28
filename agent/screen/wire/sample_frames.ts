import type { FrameParts } from "./frame_writer.ts";

/** As much of a JPEG as a reader looks at: its size, and then bytes up to a length. */
export function jpegOf(width: number, height: number, bytes = 40): Uint8Array {
  const jpeg = new Uint8Array(bytes).fill(0xab);
  jpeg.set([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8]);
  new DataView(jpeg.buffer).setUint16(13, height);
  new DataView(jpeg.buffer).setUint16(15, width);
  return jpeg;
}

/** A key frame of 100 × 50 with one strip. */
export function frame(changes: Partial<FrameParts> = {}): FrameParts {
  return {
    ...{ id: 1, key: true, capturedAt: 1_700_000_000_123.5, width: 100, height: 50 },
    ...{ monitorWidth: 200, monitorHeight: 100 },
    rectangles: [{ x: 0, y: 0, width: 100, height: 50, strip: 0, sx: 0, sy: 0 }],
    strips: [jpegOf(100, 50)],
    ...changes,
  };
}

/** One unit of a JPEG. */
export const SMALL = { x: 16, y: 16, width: 16, height: 16, strip: 0, sx: 0, sy: 0 };

/** A frame of one changed unit, after a key frame. */
export function change(changes: Partial<FrameParts> = {}): FrameParts {
  return frame({ id: 2, key: false, rectangles: [SMALL], strips: [jpegOf(16, 16)], ...changes });
}
