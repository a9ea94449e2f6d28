import { MeshError } from "../../core/errors.ts";
import type { HttpCall } from "../http_call.ts";

/** The largest request that is taken, in bytes: what gRPC's edge takes, too. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The largest from whoever shows no session and no key in a header, in bytes: one in the message is not seen before it is read. */
export const MAX_UNKNOWN_BODY_BYTES = 65_536;

/** Who may send much. */
export interface BearerGate {
  /** @throws {MeshError} UNAUTHENTICATED for what is neither a session nor the mesh key; RESOURCE_EXHAUSTED for who guesses */
  requireBearer(token: string, peer: string): unknown;
}

/**
 * Reads a call's body. Of whoever is not known only a small one is read.
 *
 * @throws {MeshError} UNAUTHENTICATED, RESOURCE_EXHAUSTED for one that is too large
 */
export async function callBody(call: HttpCall, gate: BearerGate): Promise<Uint8Array> {
  const declared = Number(call.header("content-length") || NaN);
  if (declared <= MAX_UNKNOWN_BODY_BYTES) return await call.body(MAX_UNKNOWN_BODY_BYTES) ?? tooLarge(declared);
  const token = bearer(call);
  const isKnown = token !== "" || declared > MAX_UNKNOWN_BODY_BYTES;
  if (isKnown) gate.requireBearer(token, call.peer);
  const most = isKnown ? MAX_BODY_BYTES : MAX_UNKNOWN_BODY_BYTES;
  return await call.body(most) ?? tooLarge(most);
}

function tooLarge(most: number): never {
  if (most < MAX_BODY_BYTES) {
    const message =
      `a request of more than ${most} bytes needs a session or the mesh key as "authorization: Bearer KEY"`;
    throw new MeshError("UNAUTHENTICATED", message);
  }
  throw new MeshError("RESOURCE_EXHAUSTED", `the request is larger than ${most / 1024 / 1024} MiB`);
}

/** What a call shows in its header; empty where it shows nothing. */
function bearer(call: HttpCall): string {
  return /^Bearer +(.+)$/i.exec(call.header("authorization"))?.[1] ?? "";
}
