import { HEADER_BYTES, KEY_FLAG, KIND, MAGIC, MAX_MESSAGE_BYTES, RECTANGLE_BYTES, VERSION } from "./format.js";

/** Part of the picture, and where its pixels are: all in pixels, 0 to 65,535. */
export interface PlacedRectangle {
  /** In the picture. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Which of the frame's strips holds it. */
  readonly strip: number;
  /** Where in the strip. */
  readonly sx: number;
  readonly sy: number;
}

/** What one frame is made of. */
export interface FrameParts {
  /** From 1. */
  readonly id: number;
  /** Whether the rectangles cover the whole picture. */
  readonly key: boolean;
  /** ms since the Unix epoch. */
  readonly capturedAt: number;
  /** Of the picture as sent. */
  readonly width: number;
  readonly height: number;
  /** Unscaled. */
  readonly monitorWidth: number;
  readonly monitorHeight: number;
  readonly rectangles: readonly PlacedRectangle[];
  /** JPEGs. */
  readonly strips: readonly Uint8Array[];
}

/** The messages of a frame, to be sent in this order. */
export function frameMessages(frame: FrameParts): Uint8Array<ArrayBuffer>[] {
  const tables = new Uint8Array(4 + frame.rectangles.length * RECTANGLE_BYTES + frame.strips.length * 4);
  const view = new DataView(tables.buffer);
  view.setUint16(0, frame.rectangles.length);
  view.setUint16(2, frame.strips.length);
  let at = 4;
  for (const { x, y, width, height, strip, sx, sy } of frame.rectangles) {
    for (const value of [x, y, width, height, strip, sx, sy]) {
      view.setUint16(at, value);
      at += 2;
    }
  }
  for (const { length } of frame.strips) {
    view.setUint32(at, length);
    at += 4;
  }
  return split({ ...frame, kind: KIND.frame }, [tables, ...frame.strips]);
}

/** A cursor's look: see `CursorShape` in `agent/screen/types.ts`. */
export interface ShapeParts {
  readonly serial: number;
  readonly width: number;
  readonly height: number;
  readonly hotX: number;
  readonly hotY: number;
  readonly rgba: Uint8Array;
}

/** The messages of a cursor shape, to be sent in this order, before the first position that names it. */
export function shapeMessages(shape: ShapeParts): Uint8Array<ArrayBuffer>[] {
  const size = new Uint8Array(8);
  const view = new DataView(size.buffer);
  for (const [index, value] of [shape.width, shape.height, shape.hotX, shape.hotY].entries()) {
    view.setUint16(index * 2, value);
  }
  return split({ kind: KIND.shape, id: shape.serial }, [size, shape.rgba]);
}

/** Where the cursor is, in pixels of the unscaled monitor. */
export interface PositionParts {
  readonly serial: number;
  readonly x: number;
  readonly y: number;
  readonly visible: boolean;
  readonly monitorWidth: number;
  readonly monitorHeight: number;
}

/** The message of a cursor position. */
export function positionMessages(position: PositionParts): Uint8Array<ArrayBuffer>[] {
  const body = new Uint8Array(5);
  const view = new DataView(body.buffer);
  view.setInt16(0, clampInt16(position.x));
  view.setInt16(2, clampInt16(position.y));
  view.setUint8(4, position.visible ? 1 : 0);
  const { monitorWidth, monitorHeight, serial: id } = position;
  return split({ kind: KIND.position, id, monitorWidth, monitorHeight }, [body]);
}

function clampInt16(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

interface HeaderParts {
  readonly kind: number;
  readonly id: number;
  readonly key?: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly capturedAt?: number;
  readonly monitorWidth?: number;
  readonly monitorHeight?: number;
}

/** Cuts a body, given in pieces, into messages, each in memory of its own. */
function split(header: HeaderParts, pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer>[] {
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  const room = MAX_MESSAGE_BYTES - HEADER_BYTES;
  const count = Math.max(1, Math.ceil(total / room));
  const messages: Uint8Array<ArrayBuffer>[] = [];
  for (let part = 0; part < count; part++) {
    const message = new Uint8Array(HEADER_BYTES + Math.min(room, total - part * room));
    writeHeader(new DataView(message.buffer), header, part, count, total);
    messages.push(message);
  }
  let at = 0;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length;) {
      const message = messages[Math.floor(at / room)];
      if (message === undefined) throw new RangeError("the messages are too small for the body");
      const offset = HEADER_BYTES + at % room;
      const chunk = piece.subarray(from, from + message.length - offset);
      message.set(chunk, offset);
      from += chunk.length;
      at += chunk.length;
    }
  }
  return messages;
}

function writeHeader(view: DataView, header: HeaderParts, part: number, parts: number, bodyBytes: number): void {
  view.setUint8(0, MAGIC);
  view.setUint8(1, VERSION);
  view.setUint8(2, header.kind);
  view.setUint8(3, header.key ? KEY_FLAG : 0);
  view.setUint32(4, header.id);
  view.setUint16(8, part);
  view.setUint16(10, parts);
  view.setUint32(12, bodyBytes);
  view.setUint16(16, header.width ?? 0);
  view.setUint16(18, header.height ?? 0);
  view.setFloat64(20, header.capturedAt ?? 0);
  view.setUint16(28, header.monitorWidth ?? 0);
  view.setUint16(30, header.monitorHeight ?? 0);
}
