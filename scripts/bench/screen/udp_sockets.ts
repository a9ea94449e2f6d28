/** IPv4 UDP sockets of Linux by the C library, for a program that does nothing else and waits in {@link wait}. */

const { symbols: libc } = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  recvfrom: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "buffer"], result: "isize" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  ppoll: { parameters: ["buffer", "u64", "buffer", "pointer"], result: "i32" },
});

const [AF_INET, SOCK_DGRAM, SOL_SOCKET] = [2, 2, 1];
/** As root: past the system's own limit. Then without. */
const BUFFER_OPTIONS = [33, 8];
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
const ADDRESS_BYTES = 16;

/** A burst that waits for us must not be lost: the network loses what it is told to lose. */
const RECEIVE_BUFFER_BYTES = 8_000_000;

export interface Socket {
  readonly socket: number;
  readonly port: number;
}

/** On a free port of 127.0.0.1. */
export function openSocket(): Socket {
  const socket = libc.socket(AF_INET, SOCK_DGRAM, 0);
  const local = new Uint8Array(ADDRESS_BYTES);
  local.set([AF_INET, 0, 0, 0, 127, 0, 0, 1]);
  if (socket < 0 || libc.bind(socket, local, ADDRESS_BYTES) < 0) throw new Error("Cannot open a UDP socket");
  const size = new Uint8Array(Uint32Array.of(RECEIVE_BUFFER_BYTES).buffer);
  BUFFER_OPTIONS.some((option) => libc.setsockopt(socket, SOL_SOCKET, option, size, 4) === 0);
  libc.getsockname(socket, local, Uint32Array.of(ADDRESS_BYTES));
  return { socket, port: new DataView(local.buffer).getUint16(2) };
}

const incoming = new Uint8Array(65_536);

/** What has come; undefined when nothing has. */
export function receive(
  socket: number,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly from: Uint8Array<ArrayBuffer> } | undefined {
  const from = new Uint8Array(ADDRESS_BYTES);
  const read = libc.recvfrom(
    socket,
    incoming,
    BigInt(incoming.length),
    MSG_DONTWAIT,
    from,
    Uint32Array.of(ADDRESS_BYTES),
  );
  return read < 0 ? undefined : { bytes: incoming.slice(0, Number(read)), from };
}

/** What cannot be sent is lost, as on any network. */
export function send(socket: number, bytes: Uint8Array<ArrayBuffer>, to: Uint8Array<ArrayBuffer>): void {
  libc.sendto(socket, bytes, BigInt(bytes.length), MSG_DONTWAIT, to, ADDRESS_BYTES);
}

/**
 * Blocks until one of these can be read, or the time is over.
 *
 * @param ms negative = as long as it takes
 * @returns of each, whether it can be read
 */
export function wait(descriptors: readonly number[], ms: number): boolean[] {
  const polled = new DataView(new ArrayBuffer(descriptors.length * 8));
  descriptors.forEach((descriptor, at) => {
    polled.setInt32(at * 8, descriptor, true);
    polled.setInt16(at * 8 + 4, POLLIN, true);
  });
  const whole = Math.floor(Math.max(ms, 0) / 1000);
  const time = BigInt64Array.of(BigInt(whole), BigInt(Math.floor((ms - whole * 1000) * 1e6)));
  libc.ppoll(new Uint8Array(polled.buffer), BigInt(descriptors.length), ms < 0 ? null : time, null);
  return descriptors.map((_, at) => polled.getInt16(at * 8 + 6, true) !== 0);
}
