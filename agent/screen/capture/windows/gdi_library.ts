/** The functions of user32.dll that are needed. Handles are pointers. */
const USER32 = {
  SetProcessDpiAwarenessContext: { parameters: ["isize"], result: "i32" },
  EnumDisplayDevicesW: { parameters: ["buffer", "u32", "buffer", "u32"], result: "i32" },
  EnumDisplaySettingsW: { parameters: ["buffer", "u32", "buffer"], result: "i32" },
  GetDC: { parameters: ["pointer"], result: "pointer" },
  ReleaseDC: { parameters: ["pointer", "pointer"], result: "i32" },
  GetCursorInfo: { parameters: ["buffer"], result: "i32" },
  GetIconInfo: { parameters: ["pointer", "buffer"], result: "i32" },
} as const;

/** Of gdi32.dll. */
const GDI32 = {
  CreateCompatibleDC: { parameters: ["pointer"], result: "pointer" },
  DeleteDC: { parameters: ["pointer"], result: "i32" },
  CreateDIBSection: { parameters: ["pointer", "buffer", "u32", "buffer", "pointer", "u32"], result: "pointer" },
  SelectObject: { parameters: ["pointer", "pointer"], result: "pointer" },
  DeleteObject: { parameters: ["pointer"], result: "i32" },
  BitBlt: { parameters: ["pointer", "i32", "i32", "i32", "i32", "pointer", "i32", "i32", "u32"], result: "i32" },
  GdiFlush: { parameters: [], result: "i32" },
  GetObjectW: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  GetDIBits: { parameters: ["pointer", "pointer", "u32", "u32", "buffer", "buffer", "u32"], result: "i32" },
} as const;

export type Handle = Deno.PointerValue;
type Bytes = Uint8Array<ArrayBuffer>;

/** The functions of Windows that are needed, under their own names, see Microsoft's documentation. 0 or null = it failed. */
export interface GdiLibrary {
  SetProcessDpiAwarenessContext(context: bigint): number;
  EnumDisplayDevicesW(device: Bytes | null, index: number, displayDevice: Bytes, flags: number): number;
  EnumDisplaySettingsW(device: Bytes, mode: number, devMode: Bytes): number;
  GetDC(window: Handle): Handle;
  ReleaseDC(window: Handle, context: Handle): number;
  GetCursorInfo(info: Bytes): number;
  GetIconInfo(icon: Handle, info: Bytes): number;
  CreateCompatibleDC(context: Handle): Handle;
  DeleteDC(context: Handle): number;
  CreateDIBSection(
    context: Handle,
    info: Bytes,
    usage: number,
    bits: BigUint64Array<ArrayBuffer>,
    section: Handle,
    offset: number,
  ): Handle;
  SelectObject(context: Handle, object: Handle): Handle;
  DeleteObject(object: Handle): number;
  BitBlt(
    ...args: [to: Handle, x: number, y: number, w: number, h: number, from: Handle, fx: number, fy: number, rop: number]
  ): number;
  GdiFlush(): number;
  GetObjectW(object: Handle, bytes: number, into: Bytes): number;
  GetDIBits(
    ...args: [context: Handle, bitmap: Handle, first: number, lines: number, into: Bytes, info: Bytes, usage: number]
  ): number;
}

/** Opens the libraries, for good: they are part of the system. @throws what the system says */
export function openGdi(): GdiLibrary {
  return { ...Deno.dlopen("user32.dll", USER32).symbols, ...Deno.dlopen("gdi32.dll", GDI32).symbols };
}
