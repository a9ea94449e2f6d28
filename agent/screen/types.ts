/** Part of a picture, in pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One monitor of the device's desktop: where it lies on the desktop, in pixels. */
export interface Monitor extends Rectangle {
  /** From 0, the primary one first. */
  readonly index: number;
  /** As the system calls it, e.g. `HDMI-1`. */
  readonly name: string;
  readonly primary: boolean;
}

/** Pixels in memory: 4 bytes each, in the order blue, green, red, unused. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next, at least 4 times the width. */
  readonly stride: number;
}

/** What the pointer looks like. */
export interface CursorShape {
  /** Another number for another look. */
  readonly serial: number;
  readonly width: number;
  readonly height: number;
  /** The pixel of it that points. */
  readonly hotX: number;
  readonly hotY: number;
  /** Red, green, blue, alpha (not premultiplied), `width * height * 4` bytes. */
  readonly rgba: Uint8Array;
}

/** Where the pointer is, in pixels of the desktop. */
export interface CursorState {
  readonly x: number;
  readonly y: number;
  readonly shape: CursorShape;
}

/**
 * A desktop that can be looked at. One caller at a time. Every method rejects with a `MeshError` `UNAVAILABLE` that says what happened once
 * the desktop is gone (the display server ended, the user logged out); a new source may then be opened.
 */
export interface ScreenSource {
  /** How it captures, e.g. `x11-shm`, `ffmpeg`. */
  readonly backend: string;
  /** The monitors now, the primary one first; at least one. */
  monitors(): Promise<Monitor[]>;
  /**
   * What may have changed of a monitor since the last call for it, in pixels from the monitor's own corner; empty = nothing. Undefined
   * where the source cannot tell, and in the first call: everything may have changed. It is asked before `grab`, so that a change in
   * between is in the next answer, too.
   */
  changes(monitor: Monitor): Promise<readonly Rectangle[] | undefined>;
  /**
   * Captures part of a monitor, without the pointer where `cursor` gives it.
   *
   * @param area in pixels from the monitor's own corner, inside it
   * @returns a picture of the area's size; its memory is the source's, and is overwritten by the next call
   */
  grab(monitor: Monitor, area: Rectangle): Promise<Picture>;
  /** The pointer; undefined where the source cannot tell (it may then be part of the pictures), or where it is hidden. */
  cursor(): Promise<CursorState | undefined>;
  /** Gives everything back. Idempotent. */
  close(): Promise<void>;
}

/** Makes JPEGs. Not to be used on the agent's main thread. */
export interface JpegEncoder {
  /** `turbojpeg` or `wasm`. */
  readonly library: string;
  /**
   * @param quality 1 to 100
   * @returns a JPEG (4:2:0) in memory of its own
   */
  encode(picture: Picture, quality: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Idempotent. */
  close(): void;
}
