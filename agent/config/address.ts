import { isIPv4, isIPv6 } from "node:net";
import { UsageError } from "../core/errors.ts";
import type { ListenAddress } from "./config.ts";

/** A host and a port to connect to. An IPv6 host stands here without its brackets. */
export interface HostPort {
  readonly host: string;
  /** 1..65535 */
  readonly port: number;
}

/** RFC 1035, with `_`, which device names in home networks do have. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?$/i;

/**
 * Reads an address to listen on: `:50051`, `127.0.0.1:0`, `[::1]:50051`.
 *
 * @throws {UsageError} with the reason alone: the caller knows what the text was given for.
 */
export function parseListenAddress(text: string): ListenAddress {
  const { host, port } = split(text, ":50051");
  return { host: host === "" ? "" : parseHost(host), port: parsePort(port, 0) };
}

/**
 * Reads an address to connect to: `laptop:50051`, `10.0.0.5:50051`, `[::1]:50051`. The host comes back in lower case.
 *
 * @throws {UsageError} with the reason alone.
 */
export function parseHostPort(text: string): HostPort {
  const { host, port } = split(text, "HOST:50051");
  if (host === "") throw new UsageError(`the host is missing: write HOST${text}`);
  return { host: parseHost(host), port: parsePort(port, 1) };
}

/**
 * Reads a host alone, an IPv6 address with or without brackets; it comes back without, in lower case.
 *
 * @throws {UsageError} with the reason alone.
 */
export function parseHost(text: string): string {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (isIPv6(bare)) return bare.toLowerCase();
  if (bare !== text) throw new UsageError("only an IPv6 address stands in brackets");
  if (isIPv4(text)) return text;
  // What is all digits and dots but no IPv4 address is a mistyped one, not a name.
  if (!HOST_NAME.test(text) || /^[0-9.]+$/.test(text)) throw new UsageError("not a host name or address");
  return text.toLowerCase();
}

/** Whether a host stands for all addresses of this machine: `0.0.0.0`, `::`. */
export function isUnspecified(host: string): boolean {
  return /^(0\.0\.0\.0|[0:]+)$/.test(host);
}

/** `HOST:PORT`, with an IPv6 host in brackets. The counterpart of the parsers. */
export function formatAddress(address: { readonly host: string; readonly port: number }): string {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

function split(text: string, example: string): { host: string; port: string } {
  if (isIPv6(text)) throw new UsageError(`an IPv6 address stands in brackets, with a port: [${text}]:50051`);
  const colon = text.lastIndexOf(":");
  if (colon < 0 || text.endsWith("]")) {
    throw new UsageError(
      `the port is missing: write ${/^\d+$/.test(text) ? `:${text}` : example.replace("HOST", text)}`,
    );
  }
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

/**
 * Reads a port from `lowest` to 65535.
 *
 * @throws {UsageError} with the reason alone.
 */
export function parsePort(text: string, lowest: 0 | 1): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535 || Number(text) < lowest) {
    throw new UsageError(`port must be ${lowest} to 65535`);
  }
  return Number(text);
}
