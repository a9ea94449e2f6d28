import type { CursorShape, CursorState } from "../../types.ts";
import type { Display } from "./connect.ts";
import { type Reply, RequestRefused, type X11Connection } from "./connection.ts";
import { type Extension, negotiate, queryExtension, reaches } from "./extension.ts";
import { Request } from "./request.ts";

const QUERY_POINTER = 38;
const SELECT_CURSOR_INPUT = 3;
const DISPLAY_CURSOR_NOTIFY = 1;
const GET_CURSOR_IMAGE = 4;
/** XFIXES: after its event for selections. */
const CURSOR_NOTIFY = 1;
/** A place that was asked for beforehand is told for so long, in ms. */
const AHEAD_MS = 20;

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Where the pointer is and what it looks like, by XFIXES. Its shape is fetched only when the server says that it changed.
 * A program that hides the pointer by giving it an empty shape is noticed; one that asks XFIXES to hide it is not, since
 * servers keep that to themselves.
 */
export class CursorReader {
  readonly #connection: X11Connection;
  readonly #root: number;
  readonly #xfixes: Extension;
  #shape: CursorShape | undefined;
  #shapeChanged = true;
  #ahead: { readonly place: Promise<Place | undefined>; readonly at: number } | undefined;

  private constructor(display: Display, xfixes: Extension) {
    this.#connection = display.connection;
    this.#root = display.screen.root;
    this.#xfixes = xfixes;
  }

  /** @returns undefined where the server cannot tell */
  static async create(display: Display): Promise<CursorReader | undefined> {
    const { connection, screen } = display;
    const xfixes = await queryExtension(connection, "XFIXES");
    if (!xfixes || !reaches(await negotiate(connection, xfixes, [4, 0]), [1, 0])) return undefined;
    const reader = new CursorReader(display, xfixes);
    connection.listen(xfixes.firstEvent + CURSOR_NOTIFY, () => reader.#shapeChanged = true);
    await connection.check(
      new Request(xfixes.major, SELECT_CURSOR_INPUT, 12).u32(screen.root, DISPLAY_CURSOR_NOTIFY),
    );
    return reader;
  }

  /** Asks for the pointer's place, which the next {@link read} tells: together with another request that costs hardly anything. */
  askAhead(): void {
    const place = this.#readPosition();
    // Whether that failed is for who reads it.
    place.catch(() => {});
    this.#ahead = { place, at: performance.now() };
  }

  /** @returns undefined where no pointer is to be seen: on another screen of the server, or of an empty shape */
  async read(): Promise<CursorState | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const known = ahead && performance.now() - ahead.at < AHEAD_MS ? ahead.place : undefined;
    const position = await (this.#shapeChanged ? this.#readShape() : known ?? this.#readPosition());
    if (!position || !this.#shape) return undefined;
    return { ...position, shape: this.#shape };
  }

  async #readPosition(): Promise<Place | undefined> {
    const { head } = await this.#connection.ask(new Request(QUERY_POINTER, 0, 8).u32(this.#root));
    const sameScreen = head.getUint8(1) !== 0;
    return sameScreen ? { x: head.getInt16(16, true), y: head.getInt16(18, true) } : undefined;
  }

  async #readShape(): Promise<Place | undefined> {
    this.#shapeChanged = false;
    try {
      const reply = await this.#connection.ask(new Request(this.#xfixes.major, GET_CURSOR_IMAGE, 4));
      this.#shape = parseShape(reply, this.#shape);
      return await this.#readPosition();
    } catch (error) {
      this.#shapeChanged = true;
      // There is no pointer now, e.g. because there is no mouse.
      if (error instanceof RequestRefused) return undefined;
      throw error;
    }
  }
}

/** @returns the known shape where it is the same, undefined where nothing of it can be seen */
function parseShape({ head, body }: Reply, known: CursorShape | undefined): CursorShape | undefined {
  const serial = head.getUint32(20, true);
  if (serial === known?.serial) return known;
  const [width, height] = [head.getUint16(12, true), head.getUint16(14, true)];
  const rgba = straightRgba(body.subarray(0, width * height * 4));
  if (rgba.every((byte) => byte === 0)) return undefined;
  return { serial, width, height, hotX: head.getUint16(16, true), hotY: head.getUint16(18, true), rgba };
}

/**
 * The pixels of a pointer as pictures for people have them.
 *
 * @param premultiplied blue, green, red, alpha; the colours already multiplied by alpha
 */
export function straightRgba(premultiplied: Uint8Array): Uint8Array {
  const view = new DataView(premultiplied.buffer, premultiplied.byteOffset, premultiplied.byteLength);
  const rgba = new Uint8Array(premultiplied.length);
  for (let at = 0; at < rgba.length; at += 4) {
    const argb = view.getUint32(at, true);
    const alpha = argb >>> 24;
    if (alpha === 0) continue;
    const straight = (shift: number) => Math.min(255, Math.round((argb >>> shift & 0xff) * 255 / alpha));
    rgba.set([straight(16), straight(8), straight(0), alpha], at);
  }
  return rgba;
}
