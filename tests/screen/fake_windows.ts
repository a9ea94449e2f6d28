import type { GdiLibrary, Handle } from "../../agent/screen/capture/windows/gdi_library.ts";

type Bytes = Uint8Array<ArrayBuffer>;

function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function putText(bytes: Bytes, at: number, text: string): void {
  for (let index = 0; index < text.length; index++) view(bytes).setUint16(at + index * 2, text.charCodeAt(index), true);
}

/** A monitor as Windows tells of it. */
export interface FakeDisplay {
  readonly name: string;
  readonly flags: number;
  readonly place: readonly [x: number, y: number, width: number, height: number];
}

/** A pointer as Windows keeps it. */
export interface FakeIcon {
  readonly hot: readonly [number, number];
  readonly mask: FakeBitmap | undefined;
  readonly color: FakeBitmap | undefined;
}

export interface FakeBitmap {
  readonly width: number;
  readonly height: number;
  readonly bgra: readonly number[];
}

/** A Windows that tests made, without a single function of the real one. Its desktop's pixel at x, y is blue x, green y. */
export class FakeWindows implements GdiLibrary {
  displays: FakeDisplay[] = [];
  icons = new Map<bigint, FakeIcon>();
  cursor: { flags: number; handle: bigint; x: number; y: number } | undefined;
  /** The functions that fail. */
  failing = new Set<keyof GdiLibrary>();
  /** What was made and not given back. */
  readonly live = new Set<bigint>();
  readonly #bitmaps = new Map<bigint, FakeBitmap>();
  readonly #canvases = new Map<bigint, { pixels: Bytes; width: number; height: number }>();
  #selected = new Map<bigint, bigint>();
  #next = 0x1000n;

  #make(from: keyof GdiLibrary): Handle {
    if (this.failing.has(from)) return null;
    const handle = this.#next++;
    this.live.add(handle);
    return Deno.UnsafePointer.create(handle);
  }

  #giveBack(handle: Handle): number {
    return this.live.delete(valueOf(handle)) ? 1 : 0;
  }

  SetProcessDpiAwarenessContext(): number {
    return 1;
  }

  EnumDisplayDevicesW(device: Bytes | null, index: number, struct: Bytes, flags: number): number {
    const display = this.displays[index];
    if (device !== null || flags !== 0 || view(struct).getUint32(0, true) !== 840 || !display) return 0;
    putText(struct, 4, display.name);
    view(struct).setUint32(324, display.flags, true);
    return 1;
  }

  EnumDisplaySettingsW(device: Bytes, mode: number, struct: Bytes): number {
    const name = new TextDecoder("utf-16le").decode(device);
    const display = this.displays.find((candidate) => `${candidate.name}\0` === name);
    if (mode !== 0xffffffff || view(struct).getUint16(68, true) !== 220 || !display) return 0;
    const [x, y, width, height] = display.place;
    view(struct).setInt32(76, x, true);
    view(struct).setInt32(80, y, true);
    view(struct).setUint32(172, width, true);
    view(struct).setUint32(176, height, true);
    return 1;
  }

  GetDC(): Handle {
    return this.#make("GetDC");
  }

  ReleaseDC(_window: Handle, context: Handle): number {
    return this.#giveBack(context);
  }

  CreateCompatibleDC(): Handle {
    return this.#make("CreateCompatibleDC");
  }

  DeleteDC(context: Handle): number {
    return this.#giveBack(context);
  }

  CreateDIBSection(_context: Handle, info: Bytes, usage: number, bits: BigUint64Array<ArrayBuffer>): Handle {
    const [width, height] = sizeOf(info);
    const pixels = new Uint8Array(width * height * 4);
    const handle = usage === 0 ? this.#make("CreateDIBSection") : null;
    if (handle === null) return null;
    this.#canvases.set(valueOf(handle), { pixels, width, height });
    bits[0] = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(pixels)));
    return handle;
  }

  SelectObject(context: Handle, object: Handle): Handle {
    const former = this.#selected.get(valueOf(context)) ?? 1n;
    this.#selected.set(valueOf(context), valueOf(object));
    return Deno.UnsafePointer.create(former);
  }

  DeleteObject(object: Handle): number {
    // What is selected cannot be deleted.
    return [...this.#selected.values()].includes(valueOf(object)) ? 0 : this.#giveBack(object);
  }

  BitBlt(...args: Parameters<GdiLibrary["BitBlt"]>): number {
    const [to, x, y, width, height, from, fromX, fromY, operation] = args;
    const canvas = this.#canvases.get(this.#selected.get(valueOf(to)) ?? 0n);
    if (this.failing.has("BitBlt") || !canvas || !this.live.has(valueOf(from)) || operation !== 0x00cc0020) return 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        canvas.pixels.set([fromX + column, fromY + row], ((y + row) * canvas.width + x + column) * 4);
      }
    }
    return 1;
  }

  GdiFlush(): number {
    return 1;
  }

  GetCursorInfo(struct: Bytes): number {
    if (!this.cursor || view(struct).getUint32(0, true) !== 24) return 0;
    view(struct).setUint32(4, this.cursor.flags, true);
    view(struct).setBigUint64(8, this.cursor.handle, true);
    view(struct).setInt32(16, this.cursor.x, true);
    view(struct).setInt32(20, this.cursor.y, true);
    return 1;
  }

  GetIconInfo(handle: Handle, struct: Bytes): number {
    const icon = this.icons.get(valueOf(handle));
    if (!icon || struct.length !== 32) return 0;
    view(struct).setUint32(4, icon.hot[0], true);
    view(struct).setUint32(8, icon.hot[1], true);
    view(struct).setBigUint64(16, this.#bitmap(icon.mask), true);
    view(struct).setBigUint64(24, this.#bitmap(icon.color), true);
    return 1;
  }

  #bitmap(bitmap: FakeBitmap | undefined): bigint {
    if (!bitmap) return 0n;
    const handle = valueOf(this.#make("GetIconInfo"));
    this.#bitmaps.set(handle, bitmap);
    return handle;
  }

  GetObjectW(object: Handle, bytes: number, struct: Bytes): number {
    const bitmap = this.#bitmaps.get(valueOf(object));
    if (!bitmap || bytes !== 32 || struct.length !== 32) return 0;
    view(struct).setInt32(4, bitmap.width, true);
    view(struct).setInt32(8, bitmap.height, true);
    return bytes;
  }

  GetDIBits(...args: Parameters<GdiLibrary["GetDIBits"]>): number {
    const [context, handle, first, lines, into, info, usage] = args;
    const bitmap = this.#bitmaps.get(valueOf(handle));
    const [width, height] = sizeOf(info);
    if (!bitmap || !this.live.has(valueOf(context)) || first !== 0 || usage !== 0) return 0;
    if (width !== bitmap.width || height !== bitmap.height || lines !== height) return 0;
    into.set(bitmap.bgra);
    return lines;
  }
}

function valueOf(handle: Handle): bigint {
  return BigInt(Deno.UnsafePointer.value(handle));
}

/** Of a `BITMAPINFOHEADER` for 32 bits a pixel whose rows go downwards; else nothing. */
function sizeOf(info: Bytes): [number, number] {
  const header = view(info);
  const understood = header.getUint32(0, true) === 40 && header.getUint16(12, true) === 1 &&
    header.getUint16(14, true) === 32 && header.getUint32(16, true) === 0 && header.getInt32(8, true) < 0;
  return understood ? [header.getInt32(4, true), -header.getInt32(8, true)] : [0, 0];
}
