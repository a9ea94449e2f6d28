import type { ListenAddress } from "./config/config.ts";
import { formatAddress } from "./config/address.ts";

/** Hosts that only this machine reaches. */
const LOOPBACK = /^(127\.|::1$|localhost$)/;

/**
 * Where others reach a server that listens on `listen`: the host that was asked for, else the one that it listens on,
 * else the machine's first non-internal address.
 */
export function reachableAddress(listen: ListenAddress, port: number, advertise: string): string {
  return formatAddress({ host: advertise || listenHost(listen.host) || firstExternalAddress() || "127.0.0.1", port });
}

function listenHost(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "" : host;
}

/** True for an address (`HOST:PORT` or a host) that other machines cannot reach. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address.replace(/^\[/, "").replace(/\]?:\d+$/, ""));
}

/** IPv4 before IPv6, as most home networks are used. Link-local addresses need a zone and are left out. */
function firstExternalAddress(): string | undefined {
  const external = Deno.networkInterfaces().filter(({ address }) =>
    !LOOPBACK.test(address) && !/^(fe80|169\.254)/i.test(address)
  );
  return (external.find(({ family }) => family === "IPv4") ?? external[0])?.address;
}
