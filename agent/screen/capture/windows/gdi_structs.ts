import type { Rectangle } from "../../types.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Structures of the 64-bit Windows, packed and unpacked. Offsets are those of Microsoft's headers (wingdi.h, winuser.h). */

/** `DISPLAY_DEVICEW`. */
export const DISPLAY_DEVICE_BYTES = 840;
/** `DEVMODEW`. */
export const DEVMODE_BYTES = 220;
/** `CURSORINFO`. */
export const CURSOR_INFO_BYTES = 24;
/** `ICONINFO`. */
export const ICON_INFO_BYTES = 32;
/** `BITMAP`. */
export const BITMAP_BYTES = 32;

const ATTACHED_TO_DESKTOP = 0x1;
const PRIMARY = 0x4;
const MIRRORING = 0x8;

/** A structure that begins with its own size, or has it elsewhere. */
export function sized(bytes: number, sizeAt = 0): Bytes {
  const struct = new Uint8Array(bytes);
  viewOf(struct).setUint32(sizeAt, bytes, true);
  return struct;
}

/** `DEVMODEW` to be filled in. */
export function emptyDevMode(): Bytes {
  const struct = new Uint8Array(DEVMODE_BYTES);
  viewOf(struct).setUint16(68, DEVMODE_BYTES, true);
  return struct;
}

export interface DisplayDevice {
  /** e.g. `\\.\DISPLAY1` */
  readonly name: string;
  /** Part of the desktop, and no copy of another one. */
  readonly shown: boolean;
  readonly primary: boolean;
}

export function readDisplayDevice(struct: Bytes): DisplayDevice {
  const flags = viewOf(struct).getUint32(324, true);
  return {
    name: wideText(struct.subarray(4, 68)),
    shown: (flags & ATTACHED_TO_DESKTOP) !== 0 && (flags & MIRRORING) === 0,
    primary: (flags & PRIMARY) !== 0,
  };
}

/** Where a display is, in pixels. */
export function readDevMode(struct: Bytes): Rectangle {
  const view = viewOf(struct);
  return {
    x: view.getInt32(76, true),
    y: view.getInt32(80, true),
    width: view.getUint32(172, true),
    height: view.getUint32(176, true),
  };
}

/** `BITMAPINFOHEADER` for 32 bits a pixel (blue, green, red, alpha or unused), rows from top to bottom. */
export function bitmapInfo(width: number, height: number): Bytes {
  const struct = sized(40);
  const view = viewOf(struct);
  view.setInt32(4, width, true);
  view.setInt32(8, -height, true);
  view.setUint16(12, 1, true);
  view.setUint16(14, 32, true);
  return struct;
}

export interface CursorInfo {
  readonly visible: boolean;
  /** Address of the `HCURSOR`. */
  readonly handle: bigint;
  readonly x: number;
  readonly y: number;
}

export function readCursorInfo(struct: Bytes): CursorInfo {
  const view = viewOf(struct);
  return {
    visible: (view.getUint32(4, true) & 1) !== 0,
    handle: view.getBigUint64(8, true),
    x: view.getInt32(16, true),
    y: view.getInt32(20, true),
  };
}

export interface IconInfo {
  readonly hotX: number;
  readonly hotY: number;
  /** Addresses of bitmaps; the colours' is 0 for a cursor in black and white. */
  readonly mask: bigint;
  readonly color: bigint;
}

export function readIconInfo(struct: Bytes): IconInfo {
  const view = viewOf(struct);
  return {
    hotX: view.getUint32(4, true),
    hotY: view.getUint32(8, true),
    mask: view.getBigUint64(16, true),
    color: view.getBigUint64(24, true),
  };
}

export function readBitmapSize(struct: Bytes): { width: number; height: number } {
  const view = viewOf(struct);
  return { width: view.getInt32(4, true), height: view.getInt32(8, true) };
}

/** UTF-16 with a NUL at its end. */
export function wide(text: string): Bytes {
  const bytes = new Uint8Array((text.length + 1) * 2);
  const view = viewOf(bytes);
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), true);
  return bytes;
}

function wideText(bytes: Bytes): string {
  return new TextDecoder("utf-16le").decode(bytes).replace(/\0.*$/s, "");
}

function viewOf(struct: Bytes): DataView {
  return new DataView(struct.buffer, struct.byteOffset, struct.byteLength);
}
