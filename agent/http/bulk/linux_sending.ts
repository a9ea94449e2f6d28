import { endianness } from "node:os";
import { logger } from "../../core/log.ts";
import type { Ports, SystemChannel, SystemSending } from "./system_sending.ts";

const log = logger("bulk");

/** The system sends at most this much in one call, in bytes: it is on another thread meanwhile. */
const BYTES_A_CALL = 2 * 1024 * 1024;

const WORTHWHILE = 64 * 1024;

/** Of Linux's `fcntl.h` and `socket.h`. */
const F_DUPFD_CLOEXEC = 1030;
const AF_INET = 2, AF_INET6 = 10;

/** Size of `sockaddr_storage`. */
const ADDRESS_BYTES = 128;

const DESCRIPTORS = "/proc/self/fd";

const SYMBOLS = {
  sendfile: { parameters: ["i32", "i32", "buffer", "usize"], result: "isize", nonblocking: true },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/**
 * Linux's `sendfile`, which gives pages of a file to a connection without a copy: half the processor time of reading and writing.
 * What it does not take is left to the ordinary way, whatever the reason: the connection takes nothing more for now, the client is
 * gone, or the file's system has no such thing. Undefined where it cannot be had: on another system, or without the permission.
 */
export function linuxSending(): SystemSending | undefined {
  if (Deno.build.os !== "linux" || endianness() !== "LE") return undefined;
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  try {
    return new LinuxSending(Deno.dlopen("libc.so.6", SYMBOLS));
  } catch (error) {
    log.debug("files are sent the ordinary way: {error}", { error });
    return undefined;
  }
}

class LinuxSending implements SystemSending {
  readonly worthwhile = WORTHWHILE;

  constructor(private readonly library: Library) {}

  open(ports: Ports): SystemChannel | undefined {
    const found = this.#descriptorsBetween(ports);
    const [descriptor] = found;
    // With two of them, which differ in their addresses, neither is sure to be the one.
    if (descriptor === undefined || found.length > 1) return undefined;
    // A descriptor of our own: whatever becomes of the connection, it is never another one's.
    const own = this.library.symbols.fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    return own < 0 ? undefined : new LinuxChannel(this.library, own);
  }

  close(): void {
    this.library.close();
  }

  #descriptorsBetween({ local, remote }: Ports): number[] {
    const { getpeername, getsockname } = this.library.symbols;
    return [...Deno.readDirSync(DESCRIPTORS)].map(({ name }) => Number(name))
      .filter((descriptor) => portOf(getpeername, descriptor) === remote && portOf(getsockname, descriptor) === local);
  }
}

class LinuxChannel implements SystemChannel {
  readonly #offset = new BigInt64Array(1);

  constructor(private readonly library: Library, private readonly descriptor: number) {}

  async send(descriptor: number, position: number, count: number): Promise<number> {
    this.#offset[0] = BigInt(position);
    const most = BigInt(Math.min(count, BYTES_A_CALL));
    const sent = await this.library.symbols.sendfile(this.descriptor, descriptor, this.#offset, most);
    return Math.max(Number(sent), 0);
  }

  [Symbol.dispose](): void {
    this.library.symbols.close(this.descriptor);
  }
}

/** The port in the address that a call gives of a descriptor; undefined for what is no TCP connection. */
function portOf(
  call: (descriptor: number, address: BufferSource, length: BufferSource) => number,
  descriptor: number,
): number | undefined {
  const address = new DataView(new ArrayBuffer(ADDRESS_BYTES));
  if (call(descriptor, address, new Uint32Array([ADDRESS_BYTES])) !== 0) return undefined;
  const family = address.getUint16(0, true);
  return family === AF_INET || family === AF_INET6 ? address.getUint16(2) : undefined;
}
