import { MeshError } from "../../../core/errors.ts";
import type { CursorState, Monitor, Picture, Rectangle, ScreenSource } from "../../types.ts";
import { GdiCanvas } from "./gdi_canvas.ts";
import { GdiCursor } from "./gdi_cursor.ts";
import type { GdiLibrary } from "./gdi_library.ts";
import { gdiMonitors } from "./gdi_monitors.ts";

/** A Windows desktop, by GDI. */
export class GdiSource implements ScreenSource {
  readonly backend = "gdi";
  readonly #cursor: GdiCursor;
  #canvas: GdiCanvas | undefined;
  #closed = false;

  constructor(private readonly library: GdiLibrary) {
    this.#cursor = new GdiCursor(library);
  }

  monitors(): Promise<Monitor[]> {
    return this.#answer(() => gdiMonitors(this.library));
  }

  /** GDI does not tell what changed. */
  changes(): Promise<undefined> {
    return this.#answer(() => undefined);
  }

  grab(monitor: Monitor, area: Rectangle): Promise<Picture> {
    return this.#answer(() => {
      const { width, height } = monitor;
      if (this.#canvas?.width !== width || this.#canvas.height !== height) {
        this.#canvas?.close();
        this.#canvas = undefined;
        this.#canvas = GdiCanvas.create(this.library, width, height);
      }
      return this.#canvas.copy({ ...area, x: monitor.x + area.x, y: monitor.y + area.y });
    });
  }

  cursor(): Promise<CursorState | undefined> {
    return this.#answer(() => this.#cursor.read());
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#canvas?.close();
    this.#canvas = undefined;
    return Promise.resolve();
  }

  // deno-lint-ignore require-await -- so that what it throws is a rejection
  async #answer<Answer>(read: () => Answer): Promise<Answer> {
    if (this.#closed) throw new MeshError("UNAVAILABLE", "the screen was closed");
    return read();
  }
}
