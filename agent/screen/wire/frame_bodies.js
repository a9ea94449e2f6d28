// @ts-check
import { RECTANGLE_BYTES } from "./format.js";
import { jpegSize } from "./jpeg_size.js";

/** @typedef {import("./frame_reader.js").Header} Header */

/**
 * Part of the picture, and where its pixels are.
 *
 * @typedef {object} Placed
 * @property {number} x in the picture
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} strip which of the frame's strips holds it
 * @property {number} sx where in the strip
 * @property {number} sy
 */

/** @typedef {{ jpeg: Uint8Array, width: number, height: number }} Strip pixels of some rectangles, as one JPEG */

/**
 * @typedef {object} Frame
 * @property {"frame"} kind
 * @property {number} id
 * @property {boolean} key whether it holds the whole picture
 * @property {number} width of the picture
 * @property {number} height
 * @property {number} monitorWidth unscaled
 * @property {number} monitorHeight
 * @property {number} capturedAt ms since the Unix epoch, by the sender's clock
 * @property {Placed[]} rectangles
 * @property {Strip[]} strips
 */

/**
 * @typedef {object} CursorShape
 * @property {"shape"} kind
 * @property {number} serial
 * @property {number} width
 * @property {number} height
 * @property {number} hotX the pixel of it that points
 * @property {number} hotY
 * @property {Uint8Array} rgba not premultiplied
 */

/**
 * @typedef {object} CursorPosition
 * @property {"position"} kind
 * @property {number} serial of its shape
 * @property {number} x in pixels of the unscaled monitor
 * @property {number} y
 * @property {boolean} visible
 * @property {number} monitorWidth
 * @property {number} monitorHeight
 */

/**
 * @param {Header} header
 * @param {Uint8Array} body
 * @returns {Frame}
 * @throws {Error}
 */
export function parseFrame(header, body) {
  const { id, key, width, height, monitorWidth, monitorHeight, capturedAt } = header;
  if (body.length < 4) throw new Error(`frame ${id} has no tables`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const rectangleCount = view.getUint16(0);
  const stripCount = view.getUint16(2);
  const stripTable = 4 + rectangleCount * RECTANGLE_BYTES;
  if (body.length < stripTable + stripCount * 4) throw new Error(`frame ${id} ends within its tables`);
  const strips = parseStrips(header, body, stripTable, stripCount);
  /** @type {Placed[]} */
  const rectangles = [];
  let area = 0;
  for (let index = 0; index < rectangleCount; index++) {
    const rectangle = parseRectangle(view, 4 + index * RECTANGLE_BYTES);
    checkRectangle(rectangle, header, strips);
    area += rectangle.width * rectangle.height;
    rectangles.push(rectangle);
  }
  if (area > width * height) throw new Error(`the rectangles of frame ${id} lie over each other`);
  if (key && area < width * height) throw new Error(`key frame ${id} does not hold the whole picture`);
  return { kind: "frame", id, key, width, height, monitorWidth, monitorHeight, capturedAt, rectangles, strips };
}

/**
 * @param {Header} header
 * @param {Uint8Array} body
 * @param {number} table where the strips' lengths are
 * @param {number} count
 */
function parseStrips(header, body, table, count) {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  /** @type {Strip[]} */
  const strips = [];
  // Strips pad what they hold to whole units, so that they may be a little larger than the picture.
  let pixelsLeft = 2 * (header.width + 64) * (header.height + 64);
  let at = table + count * 4;
  for (let index = 0; index < count; index++) {
    const end = at + view.getUint32(table + index * 4);
    if (end > body.length) throw new Error(`strip ${index} of frame ${header.id} is longer than the frame`);
    const jpeg = body.subarray(at, end);
    const size = jpegSize(jpeg);
    if (size === undefined) throw new Error(`strip ${index} of frame ${header.id} is not a JPEG`);
    pixelsLeft -= size.width * size.height;
    if (pixelsLeft < 0) throw new Error(`the strips of frame ${header.id} are larger than its picture`);
    strips.push({ jpeg, ...size });
    at = end;
  }
  if (at !== body.length) throw new Error(`frame ${header.id} has ${body.length - at} bytes too many`);
  return strips;
}

/**
 * @param {DataView} view
 * @param {number} at
 * @returns {Placed}
 */
function parseRectangle(view, at) {
  return {
    x: view.getUint16(at),
    y: view.getUint16(at + 2),
    width: view.getUint16(at + 4),
    height: view.getUint16(at + 6),
    strip: view.getUint16(at + 8),
    sx: view.getUint16(at + 10),
    sy: view.getUint16(at + 12),
  };
}

/**
 * @param {Placed} rectangle
 * @param {Header} header
 * @param {Strip[]} strips
 */
function checkRectangle({ x, y, width, height, strip: index, sx, sy }, header, strips) {
  if (width === 0 || height === 0 || x + width > header.width || y + height > header.height) {
    throw new Error(`a rectangle of frame ${header.id} lies outside its picture`);
  }
  const strip = strips[index];
  if (strip === undefined) {
    throw new Error(`a rectangle of frame ${header.id} names strip ${index}, which is not there`);
  }
  if (sx + width > strip.width || sy + height > strip.height) {
    throw new Error(`a rectangle of frame ${header.id} lies outside strip ${index}`);
  }
}

/**
 * @param {Header} header
 * @param {Uint8Array} body
 * @returns {CursorShape}
 * @throws {Error}
 */
export function parseShape(header, body) {
  if (body.length < 8) throw new Error("a cursor shape ends within its size");
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [width, height] = [view.getUint16(0), view.getUint16(2)];
  const [hotX, hotY] = [view.getUint16(4), view.getUint16(6)];
  if (width === 0 || height === 0 || body.length !== 8 + width * height * 4) {
    throw new Error(`a cursor shape of ${width} × ${height} pixels cannot be in ${body.length - 8} bytes`);
  }
  return { kind: "shape", serial: header.id, width, height, hotX, hotY, rgba: body.slice(8) };
}

/**
 * @param {Header} header
 * @param {Uint8Array} body
 * @returns {CursorPosition}
 * @throws {Error}
 */
export function parsePosition(header, body) {
  if (body.length !== 5) throw new Error(`a cursor position of ${body.length} bytes, and not of 5`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return {
    kind: "position",
    serial: header.id,
    x: view.getInt16(0),
    y: view.getInt16(2),
    visible: view.getUint8(4) !== 0,
    monitorWidth: header.monitorWidth,
    monitorHeight: header.monitorHeight,
  };
}
