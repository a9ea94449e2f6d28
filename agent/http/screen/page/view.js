// @ts-check
/// <reference lib="dom" />

/** @typedef {import("../../../screen/wire/frame_reader.js").CursorShape} CursorShape */
/** @typedef {import("../../../screen/wire/frame_reader.js").CursorPosition} CursorPosition */

/** Where the picture and the pointer are on the page, and how large. */
export class View {
  /** One pixel of the monitor is one of this screen; else the picture fits the window. */
  actualSize = false;
  #stage;
  #screen;
  #pointer;
  /** The monitor, in its own pixels. */
  #width = 0;
  #height = 0;
  /** @type {Map<number, CursorShape>} the latest few, by their serial */
  #shapes = new Map();
  /** @type {CursorPosition | undefined} */
  #position;
  #drawnShape = -1;

  /**
   * @param {HTMLElement} stage what there is room in
   * @param {HTMLElement} screen what holds picture and pointer
   * @param {HTMLCanvasElement} pointer
   */
  constructor(stage, screen, pointer) {
    this.#stage = stage;
    this.#screen = screen;
    this.#pointer = pointer;
    new ResizeObserver(() => this.layOut()).observe(stage);
  }

  /** What the size of the monitor is. */
  get size() {
    return { width: this.#width, height: this.#height };
  }

  /**
   * @param {number} width of the monitor
   * @param {number} height
   */
  resize(width, height) {
    if (width === this.#width && height === this.#height && !this.#screen.hidden) return;
    this.#width = width;
    this.#height = height;
    this.#screen.hidden = false;
    this.layOut();
  }

  /** @param {CursorShape} shape */
  shape(shape) {
    this.#shapes.delete(shape.serial);
    this.#shapes.set(shape.serial, shape);
    for (const oldest of this.#shapes.keys()) {
      if (this.#shapes.size <= MOST_SHAPES) break;
      this.#shapes.delete(oldest);
    }
    this.#drawnShape = -1;
    this.#placePointer();
  }

  /** @param {CursorPosition | undefined} position */
  position(position) {
    this.#position = position;
    this.#placePointer();
  }

  layOut() {
    const scale = this.#scale();
    this.#screen.style.width = `${this.#width * scale}px`;
    this.#screen.style.height = `${this.#height * scale}px`;
    this.#placePointer();
  }

  /** Pixels of the page for one of the monitor. */
  #scale() {
    if (this.actualSize || this.#width === 0) return 1 / devicePixelRatio;
    const { clientWidth, clientHeight } = this.#stage;
    return Math.min(clientWidth / this.#width, clientHeight / this.#height);
  }

  #placePointer() {
    const at = this.#position;
    const shape = at && this.#shapes.get(at.serial);
    this.#pointer.hidden = !at?.visible || !shape;
    if (!at || !shape) return;
    if (this.#drawnShape !== shape.serial) this.#drawPointer(shape);
    const scale = this.#scale();
    const { style } = this.#pointer;
    style.width = `${shape.width * scale}px`;
    style.height = `${shape.height * scale}px`;
    style.left = `${(at.x - shape.hotX) * scale}px`;
    style.top = `${(at.y - shape.hotY) * scale}px`;
  }

  /** @param {CursorShape} shape */
  #drawPointer({ serial, width, height, rgba }) {
    this.#pointer.width = width;
    this.#pointer.height = height;
    const pixels = new ImageData(new Uint8ClampedArray(rgba), width, height);
    this.#pointer.getContext("2d")?.putImageData(pixels, 0, 0);
    this.#drawnShape = serial;
  }
}

const MOST_SHAPES = 32;
