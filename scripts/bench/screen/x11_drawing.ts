/** Opcodes of the X protocol's core requests that are used here. */
const OP = {
  createWindow: 1,
  mapWindow: 8,
  getInputFocus: 43,
  openFont: 45,
  createPixmap: 53,
  createGC: 55,
  changeGC: 56,
  copyArea: 62,
  polyFillRectangle: 70,
  putImage: 72,
  imageText8: 76,
} as const;

/** Attributes of a graphics context. */
const GC = { foreground: 4, background: 8, font: 0x4000 } as const;

/** An image's data, as much as fits into a request of 65,535 words beside its head. */
const IMAGE_BYTES = 65_535 * 4 - 24;

/** The X server answers so late only when it is gone, in ms. */
const ANSWER_LIMIT_MS = 20_000;

/** A window or a pixmap. */
export type Drawable = number;

/** Left, top, width, height. */
export type Box = readonly [number, number, number, number];

/**
 * A client that draws on an X server of this machine which lets everybody in, as `Xvfb` without `-auth` does. What it draws
 * is sent by {@link settled}.
 */
export class X11Drawing implements AsyncDisposable {
  readonly #connection: Deno.Conn;
  readonly #root: number;
  readonly #gc: number;
  readonly #batch: Uint8Array[] = [];
  #nextId: number;
  #failure: Error | undefined;
  #answered: () => void = () => {};

  private constructor(connection: Deno.Conn, setup: Setup) {
    this.#connection = connection;
    this.#root = setup.root;
    this.#nextId = setup.firstId;
    this.width = setup.width;
    this.height = setup.height;
    const font = this.#id();
    const name = new TextEncoder().encode("fixed");
    this.#send(OP.openFont, 0, [font, name.length], name);
    this.#gc = this.#id();
    this.#send(OP.createGC, 0, [this.#gc, this.#root, GC.font, font]);
    this.#read();
  }

  readonly width: number;
  readonly height: number;

  /** @param display e.g. `:7` */
  static async connect(display: string): Promise<X11Drawing> {
    const path = `/tmp/.X11-unix/X${display.slice(1)}`;
    const connection = await Deno.connect({ transport: "unix", path });
    const hello = new Uint8Array(12);
    // Little-endian, version 11.0, no authorisation.
    hello.set([0x6c, 0, 11]);
    await writeAll(connection, hello);
    return new X11Drawing(connection, await readSetup(connection));
  }

  /** A window without a frame, shown at once. */
  window([x, y, width, height]: Box): Drawable {
    const id = this.#id();
    const [copyFromParent, overrideRedirect] = [0, 0x200];
    const place = [pair(x, y), pair(width, height), pair(0, 1)];
    this.#send(OP.createWindow, copyFromParent, [id, this.#root, ...place, copyFromParent, overrideRedirect, 1]);
    this.#send(OP.mapWindow, 0, [id]);
    return id;
  }

  pixmap(width: number, height: number): Drawable {
    const id = this.#id();
    this.#send(OP.createPixmap, 24, [id, this.#root, pair(width, height)]);
    return id;
  }

  /** @param color 0xRRGGBB */
  fill(drawable: Drawable, color: number, boxes: readonly Box[]): void {
    this.#send(OP.changeGC, 0, [this.#gc, GC.foreground, color]);
    const places = boxes.flatMap(([x, y, width, height]) => [pair(x, y), pair(width, height)]);
    this.#send(OP.polyFillRectangle, 0, [drawable, this.#gc, ...places]);
  }

  /** Writes up to 255 letters, 6 × 13 pixels each, with `top` as their upper edge. */
  text(drawable: Drawable, [left, top]: readonly [number, number], text: string, ink: number, paper: number): void {
    const letters = new TextEncoder().encode(text);
    this.#send(OP.changeGC, 0, [this.#gc, GC.foreground | GC.background, ink, paper]);
    this.#send(OP.imageText8, letters.length, [drawable, this.#gc, pair(left, top + 11)], letters);
  }

  /** @param pixels 4 bytes each: blue, green, red, unused */
  image(drawable: Drawable, [left, top, width, height]: Box, pixels: Uint8Array): void {
    const rows = Math.floor(IMAGE_BYTES / (width * 4));
    const [zPixmap, depth] = [2, 24];
    for (let row = 0; row < height; row += rows) {
      const count = Math.min(rows, height - row);
      const data = pixels.subarray(row * width * 4, (row + count) * width * 4);
      const head = [drawable, this.#gc, pair(width, count), pair(left, top + row), depth << 8];
      this.#send(OP.putImage, zPixmap, head, data);
    }
  }

  copy(from: Drawable, [x, y, width, height]: Box, to: Drawable, [left, top]: readonly [number, number]): void {
    this.#send(OP.copyArea, 0, [from, to, this.#gc, pair(x, y), pair(left, top), pair(width, height)]);
  }

  /** Sends what was drawn and waits until the server has done it. @throws {Error} when it refused anything or is gone */
  async settled(): Promise<void> {
    this.#send(OP.getInputFocus, 0, []);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = resolve;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the X server does not answer")), ANSWER_LIMIT_MS);
    });
    try {
      if (!this.#failure) {
        await writeAll(this.#connection, joined(this.#batch.splice(0)));
        await Promise.race([promise, late]);
      }
    } finally {
      clearTimeout(timer);
    }
    if (this.#failure) throw this.#failure;
  }

  // deno-lint-ignore require-await -- an AsyncDisposable, like all that is given back here
  async [Symbol.asyncDispose](): Promise<void> {
    this.#failure ??= new Error("closed");
    this.#connection.close();
  }

  #id(): number {
    return this.#nextId++;
  }

  #send(opcode: number, detail: number, words: readonly number[], data: Uint8Array = new Uint8Array()): void {
    const length = 1 + words.length + Math.ceil(data.length / 4);
    const request = new Uint8Array(length * 4);
    const view = new DataView(request.buffer);
    view.setUint8(0, opcode);
    view.setUint8(1, detail);
    view.setUint16(2, length, true);
    words.forEach((word, at) => view.setUint32(4 + at * 4, word, true));
    request.set(data, 4 + words.length * 4);
    this.#batch.push(request);
  }

  /** Reads answers, errors and events, 32 bytes each as nothing longer is asked for. */
  async #read(): Promise<void> {
    try {
      for (;;) {
        const message = await readBytes(this.#connection, 32);
        if (message[0] === 0) {
          this.#failure ??= new Error(`the X server refused request ${message[10]} with error ${message[1]}`);
        }
        if (message[0] === 0 || message[0] === 1) this.#answered();
      }
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
      this.#answered();
    }
  }
}

interface Setup {
  readonly root: number;
  readonly width: number;
  readonly height: number;
  readonly firstId: number;
}

async function readSetup(connection: Deno.Conn): Promise<Setup> {
  const head = await readBytes(connection, 8);
  const body = await readBytes(connection, new DataView(head.buffer).getUint16(6, true) * 4);
  if (head[0] !== 1) throw new Error("the X server does not let us in");
  const view = new DataView(body.buffer);
  const vendor = Math.ceil(view.getUint16(16, true) / 4) * 4;
  const screen = 32 + vendor + view.getUint8(21) * 8;
  return {
    root: view.getUint32(screen, true),
    width: view.getUint16(screen + 20, true),
    height: view.getUint16(screen + 22, true),
    firstId: view.getUint32(4, true),
  };
}

/** Two 16-bit values as one word; both may be negative. */
function pair(low: number, high: number): number {
  return (low & 0xffff) + (high & 0xffff) * 0x10000;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function readBytes(connection: Deno.Conn, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const read = await connection.read(bytes.subarray(at));
    if (read === null) throw new Error("the X server is gone");
    at += read;
  }
  return bytes;
}
