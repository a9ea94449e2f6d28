import type { CursorState, Rectangle } from "../types.ts";
import { positionMessages, type PositionParts, shapeMessages } from "../wire/frame_writer.ts";

/** Tells a viewer of the pointer what it does not know yet. */
export class CursorMessages {
  #serial: number | undefined;
  #sent: PositionParts | undefined;

  /** The viewer knows nothing (any more). */
  reset(): void {
    this.#serial = undefined;
    this.#sent = undefined;
  }

  /**
   * @param state undefined where the pointer is hidden or not known
   * @param monitor that the viewer sees
   */
  next(state: CursorState | undefined, monitor: Rectangle): Uint8Array<ArrayBuffer>[] {
    const place = state === undefined ? this.#hidden() : placeOn(monitor, state);
    const messages: Uint8Array<ArrayBuffer>[] = [];
    if (place === undefined) return messages;
    // A look that is not to be seen can wait.
    if (state !== undefined && place.visible && place.serial !== this.#serial) {
      this.#serial = place.serial;
      messages.push(...shapeMessages({ ...state.shape, serial: place.serial }));
    }
    if (this.#serial === undefined || same(place, this.#sent)) return messages;
    this.#sent = { ...place, serial: this.#serial };
    messages.push(...positionMessages(this.#sent));
    return messages;
  }

  #hidden(): PositionParts | undefined {
    return this.#sent && { ...this.#sent, visible: false };
  }
}

function placeOn(monitor: Rectangle, { x, y, shape }: CursorState): PositionParts {
  const [left, top] = [x - monitor.x, y - monitor.y];
  return {
    // Serials go as 32 bits.
    serial: shape.serial >>> 0,
    x: left,
    y: top,
    visible: left >= 0 && top >= 0 && left < monitor.width && top < monitor.height,
    monitorWidth: monitor.width,
    monitorHeight: monitor.height,
  };
}

function same(place: PositionParts, sent: PositionParts | undefined): boolean {
  if (sent === undefined || place.visible !== sent.visible) return false;
  if (!place.visible) return true;
  return place.x === sent.x && place.y === sent.y && place.serial === sent.serial &&
    place.monitorWidth === sent.monitorWidth && place.monitorHeight === sent.monitorHeight;
}
