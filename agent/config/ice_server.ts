import { UsageError } from "../core/errors.ts";
import { formatAddress, parseHost, parsePort } from "./address.ts";
import type { IceServer } from "./config.ts";

/** Where STUN and TURN servers listen that were told nothing else (RFC 8489, RFC 8656). */
const DEFAULT_PORT = 3478;

/** What `--print-config` shows instead of a password, which is never taken for one. */
const HIDDEN = "HIDDEN";

const FORM = "stun:HOST[:PORT] or turn:USER:PASSWORD@HOST[:PORT]";

/**
 * A server that helps a viewer and a device to find a way to each other, as `stun:HOST[:PORT]` or
 * `turn:USER:PASSWORD@HOST[:PORT]`; user and password may be percent-encoded.
 *
 * @throws {UsageError} with the reason alone, which never holds the password.
 */
export function iceServer(text: string): IceServer {
  const [, scheme, rest = ""] = /^(stun|turn):(.*)$/i.exec(text) ?? [];
  if (scheme === undefined) throw new UsageError(`write ${FORM}`);
  const at = rest.lastIndexOf("@");
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(rest.slice(at + 1)) ?? [];
  const address = formatAddress({
    host: parseHost(host),
    port: port === undefined ? DEFAULT_PORT : parsePort(port, 1),
  });
  if (scheme.toLowerCase() === "stun") {
    if (at >= 0) throw new UsageError("a STUN server takes no user");
    return { urls: `stun:${address}`, username: "", credential: "" };
  }
  const user = rest.slice(0, Math.max(0, at));
  const colon = user.indexOf(":");
  const [username, credential] = [decoded(user.slice(0, Math.max(0, colon))), decoded(user.slice(colon + 1))];
  if (username === "" || credential === "") throw new UsageError(`a TURN server needs a user: write ${FORM}`);
  if (credential === HIDDEN) throw new UsageError("this is what --print-config shows instead of the password");
  return { urls: `turn:${address}`, username, credential };
}

/** The server as it was given, but for its password. */
export function shownIceServer({ urls, username }: IceServer): string {
  return username === "" ? urls : urls.replace(":", `:${encodeURIComponent(username)}:${HIDDEN}@`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that begins no code stands for itself.
    return text;
  }
}
