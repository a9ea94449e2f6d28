import { MeshError } from "../core/errors.ts";
import type { UnaryHandler } from "./interceptors.ts";

/**
 * Methods of the specification whose part of the program does not exist yet. They need a session like all others, and
 * then say so.
 */
export function unavailableHandlers() {
  return {
    CreateDownloadTicket: refuse("CreateDownloadTicket"),
  };
}

function refuse(method: string): UnaryHandler<unknown, never> {
  return () => {
    throw new MeshError("UNIMPLEMENTED", `${method} is not available yet`);
  };
}
