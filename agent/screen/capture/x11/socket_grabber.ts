import type { Picture, Rectangle } from "../../types.ts";
import type { Display } from "./connect.ts";
import { ALL_PLANES, type Grabber, Z_PIXMAP } from "./grabber.ts";
import { isBgrx, PixelConverter, strideOf } from "./pixel_format.ts";
import { Request } from "./request.ts";

const GET_IMAGE = 73;

/**
 * Has pixels sent over the connection. One request is one moment of the screen; an answer, unlike a request, may have
 * any size, so that there is no need for several.
 */
export class SocketGrabber implements Grabber {
  readonly backend = "x11-socket";
  readonly #display: Display;
  readonly #converter: PixelConverter | undefined;
  #memory = new Uint8Array();

  constructor(display: Display) {
    this.#display = display;
    this.#converter = isBgrx(display.screen.format) ? undefined : new PixelConverter(display.screen.format);
  }

  async grab({ x, y, width, height }: Rectangle): Promise<Picture> {
    const { connection, screen } = this.#display;
    const stride = strideOf(screen.format, width);
    if (this.#memory.length < stride * height) this.#memory = new Uint8Array(stride * height);
    const request = new Request(GET_IMAGE, Z_PIXMAP, 20).u32(screen.root).i16(x, y).u16(width, height).u32(ALL_PLANES);
    const { body } = await connection.ask(request, this.#memory);
    const data = body.subarray(0, stride * height);
    return this.#converter?.convert(data, width, height) ?? { data, width, height, stride };
  }

  close(): void {
    this.#memory = new Uint8Array();
  }
}
