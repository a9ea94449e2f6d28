import { connectDisplay, type Display } from "../../agent/screen/capture/x11/connect.ts";
import { Request } from "../../agent/screen/capture/x11/request.ts";
import type { Rectangle } from "../../agent/screen/types.ts";

const CREATE_WINDOW = 1;
const CHANGE_WINDOW_ATTRIBUTES = 2;
const MAP_WINDOW = 8;
const UNMAP_WINDOW = 10;
const CONFIGURE_WINDOW = 12;
const WARP_POINTER = 41;
const GET_INPUT_FOCUS = 43;
const CREATE_PIXMAP = 53;
const CREATE_GC = 55;
const CHANGE_GC = 56;
const COPY_AREA = 62;
const FILL_RECTANGLES = 70;
const PUT_IMAGE = 72;
const CREATE_CURSOR = 93;

const FOREGROUND = 1 << 2;
const SUBWINDOW_MODE = 1 << 15;
const INCLUDE_INFERIORS = 1;
const BACK_PIXEL = 1 << 1;
const OVERRIDE_REDIRECT = 1 << 9;
const CURSOR = 1 << 14;
const X_AND_Y = 0x3;
/** Bytes of a picture in one request: a request is less than 256 KiB. */
const BAND_BYTES = 200_000;

/** What a pointer of one colour looks like. */
export interface PlainPointer {
  readonly width: number;
  readonly height: number;
  readonly hotX: number;
  readonly hotY: number;
  /** Red, green, blue, from 0 to 255. */
  readonly color: readonly [number, number, number];
}

/** Paints on a screen, on top of everything. What was painted is there when `sync` has resolved. */
export class X11Painter implements AsyncDisposable {
  readonly #display: Display;
  readonly #gc: number;

  private constructor(display: Display) {
    this.#display = display;
    this.#gc = display.nextId();
    this.#send(
      new Request(CREATE_GC, 0, 20).u32(this.#gc, display.screen.root, SUBWINDOW_MODE, INCLUDE_INFERIORS),
    );
  }

  static async open(display: string, authority?: string): Promise<X11Painter> {
    return new X11Painter(await connectDisplay(display, authority));
  }

  /** Fills an area of the screen, or of a window. @param pixel as the screen has it, e.g. 0xRRGGBB at a depth of 24 */
  fill({ x, y, width, height }: Rectangle, pixel: number, drawable = this.#display.screen.root): void {
    this.#send(new Request(CHANGE_GC, 0, 16).u32(this.#gc, FOREGROUND, pixel));
    this.#send(new Request(FILL_RECTANGLES, 0, 20).u32(drawable, this.#gc).i16(x, y).u16(width, height));
  }

  /** Puts pixels on a screen of depth 24. @param bgrx 4 bytes a pixel, row after row */
  put({ x, y, width, height }: Rectangle, bgrx: Uint8Array, drawable = this.#display.screen.root): void {
    const rows = Math.max(1, Math.floor(BAND_BYTES / (width * 4)));
    for (let row = 0; row < height; row += rows) {
      const count = Math.min(rows, height - row);
      const band = bgrx.subarray(row * width * 4, (row + count) * width * 4);
      this.#send(
        new Request(PUT_IMAGE, 2, 24 + band.length)
          .u32(drawable, this.#gc).u16(width, count).i16(x, y + row).u8(0).u8(this.#display.screen.depth).skip(2)
          .raw(band),
      );
    }
  }

  /** Moves an area of the screen, as scrolling does. */
  copy({ x, y, width, height }: Rectangle, toX: number, toY: number): void {
    const { root } = this.#display.screen;
    this.#send(
      new Request(COPY_AREA, 0, 28).u32(root, root, this.#gc).i16(x, y, toX, toY).u16(width, height),
    );
  }

  /** Opens a window of one colour, which no window manager touches. @returns its id */
  window({ x, y, width, height }: Rectangle, pixel: number): number {
    const id = this.#display.nextId();
    const attributes = BACK_PIXEL | OVERRIDE_REDIRECT;
    this.#send(
      new Request(CREATE_WINDOW, 0, 40).u32(id, this.#display.screen.root).i16(x, y).u16(width, height, 0, 1)
        .u32(0, attributes, pixel, 1),
    );
    this.#send(new Request(MAP_WINDOW, 0, 8).u32(id));
    return id;
  }

  moveWindow(id: number, x: number, y: number): void {
    this.#send(new Request(CONFIGURE_WINDOW, 0, 20).u32(id).u16(X_AND_Y, 0).u32(x >>> 0, y >>> 0));
  }

  closeWindow(id: number): void {
    this.#send(new Request(UNMAP_WINDOW, 0, 8).u32(id));
  }

  movePointer(x: number, y: number): void {
    this.#send(
      new Request(WARP_POINTER, 0, 24).u32(0, this.#display.screen.root).i16(0, 0).u16(0, 0).i16(x, y),
    );
  }

  /** Gives the pointer another look. @param visible false for one of which nothing is to be seen */
  setPointer({ width, height, hotX, hotY, color }: PlainPointer, visible = true): void {
    const { root } = this.#display.screen;
    const [bits, gc, cursor] = [this.#display.nextId(), this.#display.nextId(), this.#display.nextId()];
    this.#send(new Request(CREATE_PIXMAP, 1, 16).u32(bits, root).u16(width, height));
    this.#send(new Request(CREATE_GC, 0, 20).u32(gc, bits, FOREGROUND, visible ? 1 : 0));
    this.#send(new Request(FILL_RECTANGLES, 0, 20).u32(bits, gc).i16(0, 0).u16(width, height));
    const [red, green, blue] = color;
    this.#send(
      new Request(CREATE_CURSOR, 0, 32).u32(cursor, bits, bits).u16(red * 257, green * 257, blue * 257, 0, 0, 0)
        .u16(hotX, hotY),
    );
    this.#send(new Request(CHANGE_WINDOW_ATTRIBUTES, 0, 16).u32(root, CURSOR, cursor));
  }

  /** Resolves when everything before it was painted. */
  async sync(): Promise<void> {
    await this.#display.connection.ask(new Request(GET_INPUT_FOCUS, 0, 4));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#display.connection.close();
  }

  #send(request: Request): void {
    this.#display.connection.send(request);
  }
}
