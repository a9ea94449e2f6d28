// @ts-check
import { HEADER_BYTES, KEY_FLAG, KIND, MAGIC, MAX_MESSAGE_BYTES, VERSION } from "./format.js";
import { parseFrame, parsePosition, parseShape } from "./frame_bodies.js";
import { jpegSize } from "./jpeg_size.js";

/**
 * The header of a message.
 *
 * @typedef {object} Header
 * @property {number} kind
 * @property {boolean} key
 * @property {number} id a frame's number, or the serial of the cursor's shape
 * @property {number} part
 * @property {number} parts
 * @property {number} bodyBytes
 * @property {number} width of the picture as sent; 0 in messages of the cursor
 * @property {number} height
 * @property {number} capturedAt ms since the Unix epoch, by the sender's clock
 * @property {number} monitorWidth
 * @property {number} monitorHeight
 */

/** @typedef {{ kind: "jpeg", jpeg: Uint8Array, width: number, height: number }} WholeJpeg a whole picture, old style */
/** @typedef {import("./frame_bodies.js").Frame} Frame */
/** @typedef {import("./frame_bodies.js").CursorShape} CursorShape */
/** @typedef {import("./frame_bodies.js").CursorPosition} CursorPosition */
/** @typedef {WholeJpeg | Frame | CursorShape | CursorPosition} Received */

/**
 * Reads the binary messages of the channel `frames` and puts what came in parts together. It keeps nothing but the parts
 * of at most one frame and one cursor shape. Whatever does not keep to the format throws an `Error` that says what is
 * wrong; after one, start anew: `reset()`, and ask for a key frame.
 */
export class FrameReader {
  #maxBodyBytes;
  #maxPixels;
  #frame = new Assembly();
  #shape = new Assembly();
  /** The number of the last whole frame; 0 before the first. */
  #lastId = 0;
  #width = 0;
  #height = 0;

  /**
   * @param {object} [limits]
   * @param {number} [limits.maxBodyBytes] of one frame or cursor shape; 32 MiB
   * @param {number} [limits.maxPixels] of one picture; 2^26, as much as 8192 × 8192
   */
  constructor({ maxBodyBytes = 2 ** 25, maxPixels = 2 ** 26 } = {}) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#maxPixels = maxPixels;
  }

  /**
   * @param {Uint8Array} message
   * @returns {Received | undefined} undefined while parts are missing
   * @throws {Error}
   */
  read(message) {
    if (message[0] === 0xff && message[1] === 0xd8) return this.#wholeJpeg(message);
    const header = parseHeader(message);
    const payload = message.subarray(HEADER_BYTES);
    if (header.bodyBytes > this.#maxBodyBytes) {
      throw new Error(`a body of ${header.bodyBytes} bytes is more than the ${this.#maxBodyBytes} allowed`);
    }
    if (header.kind === KIND.frame) {
      const body = this.#frame.add(header, payload);
      return body && this.#wholeFrame(header, body);
    }
    if (header.kind === KIND.shape) {
      const body = this.#shape.add(header, payload);
      return body && parseShape(header, body);
    }
    if (header.parts !== 1 || header.bodyBytes !== payload.length) throw new Error("a cursor position is one message");
    return parsePosition(header, payload);
  }

  /** Forgets all that was read. The next frame must be a key frame. */
  reset() {
    this.#frame.clear();
    this.#shape.clear();
    this.#lastId = 0;
  }

  /**
   * @param {Uint8Array} jpeg
   * @returns {WholeJpeg}
   */
  #wholeJpeg(jpeg) {
    const size = jpegSize(jpeg);
    if (size === undefined) throw new Error("a message begins as a JPEG and is none");
    this.#checkPixels(size.width, size.height);
    return { kind: "jpeg", jpeg, ...size };
  }

  /**
   * @param {Header} header
   * @param {Uint8Array} body
   */
  #wholeFrame(header, body) {
    this.#checkPixels(header.width, header.height);
    if (!header.key) {
      if (this.#lastId === 0) throw new Error(`frame ${header.id} came before the first key frame`);
      if (header.id !== this.#lastId + 1) throw new Error(`frame ${header.id} came after frame ${this.#lastId}`);
      if (header.width !== this.#width || header.height !== this.#height) {
        throw new Error(`frame ${header.id} has another size than the picture, and is no key frame`);
      }
    } else if (header.id <= this.#lastId) {
      throw new Error(`frame ${header.id} came after frame ${this.#lastId}`);
    }
    const frame = parseFrame(header, body);
    this.#lastId = header.id;
    this.#width = header.width;
    this.#height = header.height;
    return frame;
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #checkPixels(width, height) {
    if (width > 0 && height > 0 && width * height <= this.#maxPixels) return;
    throw new Error(`a picture of ${width} × ${height} pixels cannot be shown`);
  }
}

/** The parts of one body. They come in order. */
class Assembly {
  /** @type {Header | undefined} of the first part */
  #first;
  /** @type {Uint8Array[]} */
  #parts = [];
  #bytes = 0;

  /**
   * @param {Header} header
   * @param {Uint8Array} payload
   * @returns {Uint8Array | undefined} the body once it is whole
   */
  add(header, payload) {
    if (header.part !== this.#parts.length) {
      throw new Error(`part ${header.part} came where part ${this.#parts.length} was to come`);
    }
    this.#first ??= header;
    if (!belongTogether(this.#first, header)) throw new Error(`part ${header.part} is of another body than the first`);
    if (payload.length === 0) throw new Error(`part ${header.part} is empty`);
    this.#bytes += payload.length;
    const last = header.part === header.parts - 1;
    if (this.#bytes > header.bodyBytes || (last && this.#bytes !== header.bodyBytes)) {
      throw new Error(`the parts hold ${this.#bytes} bytes, and not the ${header.bodyBytes} announced`);
    }
    // A copy: the message's memory is its receiver's, who may use it again.
    this.#parts.push(last && header.part === 0 ? payload : payload.slice());
    if (!last) return undefined;
    const body = this.#joined();
    this.clear();
    return body;
  }

  clear() {
    this.#first = undefined;
    this.#parts = [];
    this.#bytes = 0;
  }

  #joined() {
    const [only] = this.#parts;
    if (only !== undefined && this.#parts.length === 1) return only;
    const body = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      body.set(part, at);
      at += part.length;
    }
    return body;
  }
}

/**
 * @param {Header} first
 * @param {Header} other
 */
function belongTogether(first, other) {
  return first.id === other.id && first.key === other.key && first.parts === other.parts &&
    first.bodyBytes === other.bodyBytes && first.width === other.width && first.height === other.height &&
    first.monitorWidth === other.monitorWidth && first.monitorHeight === other.monitorHeight;
}

/**
 * @param {Uint8Array} message
 * @returns {Header}
 * @throws {Error}
 */
function parseHeader(message) {
  if (message.length < HEADER_BYTES) throw new Error(`a message of ${message.length} bytes has no header`);
  if (message.length > MAX_MESSAGE_BYTES) throw new Error(`a message of ${message.length} bytes is too long`);
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (view.getUint8(0) !== MAGIC) throw new Error("a message is neither a JPEG nor of this format");
  if (view.getUint8(1) !== VERSION) throw new Error(`a message is of version ${view.getUint8(1)} of the format`);
  const kind = view.getUint8(2);
  if (kind !== KIND.frame && kind !== KIND.shape && kind !== KIND.position) {
    throw new Error(`a message is of an unknown kind, ${kind}`);
  }
  const header = {
    kind,
    key: (view.getUint8(3) & KEY_FLAG) !== 0,
    id: view.getUint32(4),
    part: view.getUint16(8),
    parts: view.getUint16(10),
    bodyBytes: view.getUint32(12),
    width: view.getUint16(16),
    height: view.getUint16(18),
    capturedAt: view.getFloat64(20),
    monitorWidth: view.getUint16(28),
    monitorHeight: view.getUint16(30),
  };
  if (header.part >= header.parts) throw new Error(`part ${header.part} is beyond the ${header.parts} announced`);
  if (kind === KIND.frame && header.id === 0) throw new Error("frame 0 came; frames begin with 1");
  if (!Number.isFinite(header.capturedAt)) throw new Error("the capture time is not a number");
  return header;
}
