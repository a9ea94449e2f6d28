import type { Picture, Rectangle } from "../../types.ts";
import type { Display } from "./connect.ts";
import { type Extension, queryExtension } from "./extension.ts";
import { ALL_PLANES, type Grabber, Z_PIXMAP } from "./grabber.ts";
import { isBgrx, PixelConverter, strideOf } from "./pixel_format.ts";
import { Request } from "./request.ts";
import { SharedMemory } from "./shared_memory.ts";

const ATTACH = 1;
const DETACH = 2;
const GET_IMAGE = 4;

/** Has the server write pixels into memory that both have (MIT-SHM). */
export class ShmGrabber implements Grabber {
  readonly backend = "x11-shm";
  readonly #display: Display;
  readonly #extension: Extension;
  readonly #converter: PixelConverter | undefined;
  #segment: Segment | undefined;

  private constructor(display: Display, extension: Extension) {
    this.#display = display;
    this.#extension = extension;
    this.#converter = isBgrx(display.screen.format) ? undefined : new PixelConverter(display.screen.format);
  }

  /** Throws where the server and this program cannot share memory: one of them has none, or they are on two machines. */
  static async create(display: Display, screen: Rectangle): Promise<ShmGrabber> {
    if (!display.local) throw new Error("the server may be on another machine");
    const extension = await queryExtension(display.connection, "MIT-SHM");
    if (!extension) throw new Error("the server has no MIT-SHM");
    const grabber = new ShmGrabber(display, extension);
    await grabber.#roomFor(strideOf(display.screen.format, screen.width) * screen.height);
    return grabber;
  }

  async grab({ x, y, width, height }: Rectangle): Promise<Picture> {
    const { connection, screen } = this.#display;
    const stride = strideOf(screen.format, width);
    const { id, memory } = await this.#roomFor(stride * height);
    const request = new Request(this.#extension.major, GET_IMAGE, 32)
      .u32(screen.root).i16(x, y).u16(width, height).u32(ALL_PLANES).u8(Z_PIXMAP).skip(3).u32(id, 0);
    await connection.ask(request);
    const data = memory.bytes.subarray(0, stride * height);
    return this.#converter?.convert(data, width, height) ?? { data, width, height, stride };
  }

  close(): void {
    if (!this.#segment) return;
    this.#display.connection.send(new Request(this.#extension.major, DETACH, 8).u32(this.#segment.id));
    this.#segment.memory.free();
    this.#segment = undefined;
  }

  async #roomFor(bytes: number): Promise<Segment> {
    if (this.#segment && this.#segment.memory.bytes.length >= bytes) return this.#segment;
    this.close();
    return this.#segment = await this.#attach(SharedMemory.allocate(bytes));
  }

  async #attach(memory: SharedMemory): Promise<Segment> {
    const { connection, nextId } = this.#display;
    const id = nextId();
    try {
      await connection.check(new Request(this.#extension.major, ATTACH, 16).u32(id, memory.id));
      // In another container the same id may be the memory of somebody else, which the server must not write to.
      if (memory.attachments() < 2) {
        await connection.check(new Request(this.#extension.major, DETACH, 8).u32(id));
        throw new Error("the server attached other memory than ours");
      }
      return { id, memory };
    } catch (error) {
      memory.free();
      throw error;
    }
  }
}

interface Segment {
  /** As the server knows it. */
  readonly id: number;
  readonly memory: SharedMemory;
}
