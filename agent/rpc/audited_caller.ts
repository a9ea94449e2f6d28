import type { AuditEvent } from "../audit/audit_event.ts";
import type { CallContext } from "./call_context.ts";

/** Who makes a call, as the audit log says it. */
export function callerOf({ clientName, peer }: CallContext): Pick<AuditEvent, "who" | "from"> {
  return { who: clientName, from: peer };
}
