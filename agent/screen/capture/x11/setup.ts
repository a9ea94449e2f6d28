import type { Credentials } from "./authority.ts";
import type { ByteReader } from "./byte_reader.ts";
import type { PixelFormat } from "./pixel_format.ts";
import { paddingOf } from "./request.ts";

/** The screen that the display's name means. */
export interface ScreenSetup {
  /** The id of the window that everything on it is in. */
  readonly root: number;
  readonly depth: number;
  readonly format: PixelFormat;
}

/** What a server says when it lets a client in. */
export interface Setup {
  /** Ids that the client may give begin with it. */
  readonly idBase: number;
  readonly idMask: number;
  readonly screens: readonly ScreenSetup[];
}

/** The server does not let us in, in its words. */
export class SetupRefused extends Error {
  override name = "SetupRefused";
}

const LITTLE_ENDIAN = 0x6c;
const ACCEPTED = 1;

/** The first bytes that a client sends: protocol 11.0, little-endian. */
export function setupRequest(credentials: Credentials | undefined): Uint8Array {
  const name = new TextEncoder().encode(credentials?.protocol ?? "");
  const data = credentials?.data ?? new Uint8Array();
  const dataAt = 12 + name.length + paddingOf(name.length);
  const request = new Uint8Array(dataAt + data.length + paddingOf(data.length));
  const view = new DataView(request.buffer);
  request[0] = LITTLE_ENDIAN;
  view.setUint16(2, 11, true);
  view.setUint16(6, name.length, true);
  view.setUint16(8, data.length, true);
  request.set(name, 12);
  request.set(data, dataAt);
  return request;
}

/** @throws {SetupRefused} */
export async function readSetup(reader: ByteReader): Promise<Setup> {
  const head = new Uint8Array(8);
  await reader.fill(head);
  const body = new Uint8Array(new DataView(head.buffer).getUint16(6, true) * 4);
  await reader.fill(body);
  if (head[0] === ACCEPTED) return parseSetup(body);
  const reason = new TextDecoder().decode(head[0] === 0 ? body.subarray(0, head[1]) : body);
  throw new SetupRefused(reason.replaceAll("\0", "").trim());
}

/** @param body without the 8 bytes that say how long it is */
export function parseSetup(body: Uint8Array): Setup {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const vendor = view.getUint16(16, true);
  const screenCount = view.getUint8(20);
  const bigEndian = view.getUint8(22) !== 0;
  let at = 32 + vendor + paddingOf(vendor);
  const layouts = new Map<number, { bitsPerPixel: number; rowBits: number }>();
  for (let count = view.getUint8(21); count > 0; count--, at += 8) {
    layouts.set(view.getUint8(at), { bitsPerPixel: view.getUint8(at + 1), rowBits: view.getUint8(at + 2) });
  }
  const screens: ScreenSetup[] = [];
  while (screens.length < screenCount) {
    const [root, rootVisual, depth] = [view.getUint32(at, true), view.getUint32(at + 32, true), view.getUint8(at + 38)];
    const { visuals, end } = readVisuals(view, at + 40, view.getUint8(at + 39));
    const visual = visuals.get(rootVisual);
    const layout = layouts.get(depth);
    if (!visual || !layout) throw new Error(`it describes no pixels of ${depth} bits`);
    screens.push({ root, depth, format: { ...layout, ...visual, bigEndian } });
    at = end;
  }
  return { idBase: view.getUint32(4, true), idMask: view.getUint32(8, true), screens };
}

type Visual = Pick<PixelFormat, "trueColor" | "red" | "green" | "blue">;

const TRUE_COLOR = 4;

function readVisuals(view: DataView, start: number, depths: number): { visuals: Map<number, Visual>; end: number } {
  const visuals = new Map<number, Visual>();
  let at = start;
  for (let depth = 0; depth < depths; depth++) {
    const count = view.getUint16(at + 2, true);
    at += 8;
    for (let visual = 0; visual < count; visual++, at += 24) {
      visuals.set(view.getUint32(at, true), {
        trueColor: view.getUint8(at + 4) === TRUE_COLOR,
        red: view.getUint32(at + 8, true),
        green: view.getUint32(at + 12, true),
        blue: view.getUint32(at + 16, true),
      });
    }
  }
  return { visuals, end: at };
}
