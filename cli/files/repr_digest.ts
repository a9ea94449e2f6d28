import { Buffer } from "node:buffer";

/** The SHA-256 of a whole file as an answer's `Repr-Digest` says it (RFC 9530), as 64 hexadecimal digits; undefined where it does not. */
export function digestOf(headers: Headers): string | undefined {
  const value = /(?:^|[\s,])sha-256=:([A-Za-z0-9+/]{43}=):/.exec(headers.get("repr-digest") ?? "")?.[1];
  return value === undefined ? undefined : Buffer.from(value, "base64").toString("hex");
}
