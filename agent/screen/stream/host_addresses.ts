/** More sockets than these are not opened for one stream. */
const MOST_ADDRESSES = 24;

/**
 * The machine's own addresses at which a viewer may reach it, the likeliest first, at most 24: those of its networks (of tunnels, too:
 * a VPN may be the only way), then the loopback ones, for a viewer on this machine when there is no network. Link-local
 * IPv6 addresses are left out: they need a zone, which a session description cannot name.
 */
export function hostAddresses(interfaces: readonly Deno.NetworkInterfaceInfo[]): string[] {
  const usable = interfaces.map(({ address }) => address).filter((address) => !/^fe[89ab]/i.test(address));
  const isLoopback = (address: string) => address === "::1" || address.startsWith("127.");
  const own = usable.filter((address) => !isLoopback(address)).slice(0, MOST_ADDRESSES - 2);
  const loopback = usable.filter((address) => address === "::1" || address === "127.0.0.1");
  return [...new Set([...own, ...loopback])];
}
