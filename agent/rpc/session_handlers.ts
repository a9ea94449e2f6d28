import type { AuthRequest__Output as AuthRequest } from "../../proto/gen/edgemesh/AuthRequest.ts";
import type { Empty } from "../../proto/gen/edgemesh/Empty.ts";
import type { SessionInfo } from "../../proto/gen/edgemesh/SessionInfo.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface SessionHandlers {
  CreateSession: UnaryHandler<AuthRequest, SessionInfo>;
  Heartbeat: UnaryHandler<SessionInfo, Empty>;
}

/** @param hostName what the agent calls itself */
export function sessionHandlers(sessions: Sessions, hostName: string): SessionHandlers {
  return {
    CreateSession(request, call) {
      const session = sessions.create(request.device_name, request.security_key, call.peer);
      return { session_id: session.sessionId, host_name: hostName, connected_at: session.connectedAt };
    },
    /** The session was renewed on the way here. */
    Heartbeat: () => ({}),
  };
}
