import { endianness } from "node:os";
import { logger } from "../../core/log.ts";
import { ADDRESS_BYTES, endpointOf } from "./socket_address.ts";
import type { Ends, SystemChannel, SystemSending } from "./system_sending.ts";

const log = logger("bulk");

/** The system sends at most this much in one call, in bytes: it is on another thread meanwhile. */
const BYTES_A_CALL = 2 * 1024 * 1024;

const WORTHWHILE = 64 * 1024;

/** Of Linux's `fcntl.h`. */
const F_DUPFD_CLOEXEC = 1030;

/** Connections are looked for among this many descriptors: the lowest free one is always taken, so there they are. */
const MOST_DESCRIPTORS = 65_536;

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

  open({ local, remote }: Ends): SystemChannel | undefined {
    const { getpeername, getsockname, fcntl } = this.library.symbols;
    for (let descriptor = 0; descriptor < MOST_DESCRIPTORS; descriptor++) {
      if (endOf(getpeername, descriptor) !== remote || endOf(getsockname, descriptor) !== local) continue;
      // A descriptor of our own: whatever becomes of the connection, it is never another one's.
      const own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
      return own < 0 ? undefined : new LinuxChannel(this.library, own);
    }
    return undefined;
  }

  close(): void {
    this.library.close();
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

/** What a call says of a descriptor: one end of a connection. Undefined for what is no TCP connection. */
function endOf(
  call: (descriptor: number, address: BufferSource, length: BufferSource) => number,
  descriptor: number,
): string | undefined {
  const address = new DataView(new ArrayBuffer(ADDRESS_BYTES));
  return call(descriptor, address, new Uint32Array([ADDRESS_BYTES])) === 0 ? endpointOf(address) : undefined;
}
