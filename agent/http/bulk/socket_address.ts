/** Of Linux's `socket.h`. */
const AF_INET = 2, AF_INET6 = 10;

/** Size of `sockaddr_storage`. */
export const ADDRESS_BYTES = 128;

/**
 * One end of a connection as text that can be compared: an address and a port. Undefined for one that is not known by these alone: of
 * no TCP connection, or valid on one network interface only.
 */
export function endpoint(address: string | undefined, port: number | undefined): string | undefined {
  if (!address || !port || address.includes("%")) return undefined;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const host = URL.parse(`http://${plain.includes(":") ? `[${plain}]` : plain}`)?.hostname;
  return host === undefined || host.startsWith("[fe80:") ? undefined : `${host} ${port}`;
}

/** The same of a `sockaddr` as Linux on a little-endian machine writes it. */
export function endpointOf(socketAddress: DataView): string | undefined {
  const port = socketAddress.getUint16(2);
  switch (socketAddress.getUint16(0, true)) {
    case AF_INET:
      return endpoint(Array.from({ length: 4 }, (_, at) => socketAddress.getUint8(4 + at)).join("."), port);
    case AF_INET6:
      return endpoint(ipv6(socketAddress), port);
    default:
      return undefined;
  }
}

function ipv6(address: DataView): string {
  const groups = Array.from({ length: 8 }, (_, at) => address.getUint16(8 + 2 * at));
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return groups.map((group) => group.toString(16)).join(":");
}
