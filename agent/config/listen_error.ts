import { MeshError, messageOf } from "../core/errors.ts";
import { formatAddress } from "./address.ts";
import type { ListenAddress } from "./config.ts";

/** Why an address cannot be listened on, with the flag that changes it. ALREADY_EXISTS when its port is in use. */
export function listenError(listen: ListenAddress, flag: string, error: unknown): MeshError {
  const address = formatAddress(listen);
  const reason = messageOf(error);
  if (/EADDRINUSE|in use/i.test(reason)) {
    const text = `Cannot listen on ${address}: the port is in use; stop what uses it, or choose another with ${flag}`;
    return new MeshError("ALREADY_EXISTS", text, { cause: error });
  }
  return new MeshError("UNAVAILABLE", `Cannot listen on ${address} (${flag}): ${reason}`, { cause: error });
}
