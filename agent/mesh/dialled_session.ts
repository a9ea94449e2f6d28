import type { AuthRequest } from "../../proto/gen/edgemesh/AuthRequest.ts";
import type { SessionInfo__Output as SessionInfo } from "../../proto/gen/edgemesh/SessionInfo.ts";
import { MeshError } from "../core/errors.ts";
import { type AgentClient, callUnary } from "./grpc_client.ts";

/** Opening a session on the device ends after this, in ms. */
const SESSION_TIMEOUT_MS = 5000;

export interface DialledSessionOptions {
  /** Empty for a device that registered without having shown it. */
  readonly key: string;
  /** Name of this agent, as the device sees it. */
  readonly clientName: string;
  readonly signal: AbortSignal;
  /** No session could be opened. */
  readonly onFailure: (error: unknown) => void;
}

/** This agent's session on a dialled device: opened when it is needed, and once more when the device says that it ended. */
export class DialledSession {
  #opened: Promise<string> | undefined;

  constructor(private readonly client: AgentClient, private readonly options: DialledSessionOptions) {}

  /** Makes a call in the session, and once more in a new one when the device says that it ended. */
  async with<T>(call: (sessionId: string) => Promise<T>): Promise<T> {
    const session = this.open();
    const sessionId = await session;
    try {
      return await call(sessionId);
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
      if (this.#opened === session) this.#opened = undefined;
      return await call(await this.open());
    }
  }

  /** Resolves with the session's id. */
  open(): Promise<string> {
    if (this.#opened) return this.#opened;
    const { key, clientName, signal, onFailure } = this.options;
    const { orchestrator } = this.client;
    const request = { device_name: clientName, security_key: key };
    const session = callUnary<AuthRequest, SessionInfo>(orchestrator, orchestrator.CreateSession, request, {
      timeoutMs: SESSION_TIMEOUT_MS,
      signal,
    }).then((info) => info.session_id);
    session.catch((error) => {
      this.#opened = undefined;
      onFailure(error);
    });
    return this.#opened = session;
  }
}

export function isUnauthenticated(error: unknown): boolean {
  return error instanceof MeshError && error.code === "UNAUTHENTICATED";
}
