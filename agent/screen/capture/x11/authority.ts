/** What a server of displays is shown so that it lets a client in. */
export interface Credentials {
  readonly protocol: string;
  readonly data: Uint8Array;
}

/** An entry of the file that `XAUTHORITY` names (libXau's `Xauth`). */
interface Entry extends Credentials {
  readonly family: number;
  readonly address: string;
  /** Of the display; empty for every display. */
  readonly number: string;
}

const FAMILY_LOCAL = 256;
const FAMILY_WILD = 65_535;
const PROTOCOL = "MIT-MAGIC-COOKIE-1";

/**
 * The cookie for a display of this machine, or undefined when the file has none. An entry of this machine's name comes
 * before one of any machine, and that before one of another name, which this machine had before it was renamed.
 *
 * @param file the bytes of an authority file; what follows a broken entry is ignored
 */
export function cookieFor(file: Uint8Array, display: number, hostname: string): Credentials | undefined {
  const usable = readEntries(file).filter((entry) =>
    entry.protocol === PROTOCOL && (entry.number === "" || entry.number === String(display))
  );
  return usable.find(({ family, address }) => family === FAMILY_LOCAL && address === hostname) ??
    usable.find(({ family }) => family === FAMILY_WILD) ??
    usable.find(({ family }) => family === FAMILY_LOCAL);
}

function readEntries(file: Uint8Array): Entry[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const decoder = new TextDecoder();
  const entries: Entry[] = [];
  let at = 0;
  const field = () => {
    const end = at + 2 + view.getUint16(at);
    if (end > file.length) throw new RangeError("a field ends behind the file's end");
    const bytes = file.slice(at + 2, end);
    at = end;
    return bytes;
  };
  try {
    while (at < file.length) {
      const family = view.getUint16(at);
      at += 2;
      const [address, number, protocol] = [field(), field(), field()].map((bytes) => decoder.decode(bytes));
      entries.push({ family, address: address ?? "", number: number ?? "", protocol: protocol ?? "", data: field() });
    }
  } catch (error) {
    // Another program is writing the file, or it is none: the entries before that count.
    if (!(error instanceof RangeError)) throw error;
  }
  return entries;
}
