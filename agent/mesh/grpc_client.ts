import {
  type CallOptions,
  type ChannelOptions,
  Client,
  type ClientUnaryCall,
  credentials,
  loadPackageDefinition,
  Metadata,
  type requestCallback,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { contract } from "../../proto/load.ts";
import type { OrchestratorServiceClient } from "../../proto/gen/edgemesh/OrchestratorService.ts";
import type { MeshServiceClient } from "../../proto/gen/edgemesh/v1/MeshService.ts";
import { MeshError } from "../core/errors.ts";
import { TRACE_METADATA, traceParentHere } from "../core/tracing.ts";
import { fromGrpcError } from "./grpc_status.ts";

/** The largest message that is taken, in bytes: a plan of 100,000 tasks fits. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * Options of every outgoing connection. Keepalive finds a peer that vanished without a word within 13 s (10 s between
 * pings, 3 s for the answer); the back-off between connection attempts is 0.1 to 1 s.
 */
const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 3_000,
  "grpc.keepalive_permit_without_calls": 1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  // A proxy for the web does not know the devices of a mesh.
  "grpc.enable_http_proxy": 0,
  // Each client has its own connection: closing one must not end another's calls.
  "grpc.use_local_subchannel_pool": 1,
  // Counts of every call that nobody can ask for.
  "grpc.enable_channelz": 0,
};

/** Both services of one agent over one connection. */
export interface AgentClient {
  readonly orchestrator: OrchestratorServiceClient;
  readonly mesh: MeshServiceClient;
  close(): void;
}

interface Constructors {
  readonly orchestrator: ServiceClientConstructor;
  readonly mesh: ServiceClientConstructor;
}

let constructors: Constructors | undefined;

function clientConstructors(): Constructors {
  if (constructors) return constructors;
  const root = loadPackageDefinition(contract().packageDefinition) as unknown as {
    edgemesh: { OrchestratorService: ServiceClientConstructor; v1: { MeshService: ServiceClientConstructor } };
  };
  return constructors = { orchestrator: root.edgemesh.OrchestratorService, mesh: root.edgemesh.v1.MeshService };
}

/** A client of the agent at `address` (`HOST:PORT`). Connects with the first call. */
export function agentClient(address: string): AgentClient {
  const { orchestrator: Orchestrator, mesh: Mesh } = clientConstructors();
  const orchestrator = new Orchestrator(address, credentials.createInsecure(), CHANNEL_OPTIONS);
  const channelOverride = orchestrator.getChannel();
  const mesh = new Mesh(address, credentials.createInsecure(), { channelOverride });
  return {
    orchestrator: orchestrator as unknown as OrchestratorServiceClient,
    mesh: mesh as unknown as MeshServiceClient,
    close: () => Client.prototype.close.call(orchestrator),
  };
}

export interface UnaryOptions {
  /** Every call has a deadline, in ms from now. */
  readonly timeoutMs: number;
  readonly sessionId?: string | undefined;
  /** More metadata, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: CallOptions,
  callback: requestCallback<Response>,
) => ClientUnaryCall;

/**
 * Makes one unary call: `callUnary(client, client.RunTask, request, { timeoutMs: 5000 })`.
 *
 * @throws {MeshError} with the server's code and message; CANCELLED when `signal` aborts
 */
export function callUnary<Request, Response>(
  client: Client,
  method: UnaryMethod<Request, Response>,
  request: Request,
  options: UnaryOptions,
): Promise<Response> {
  const { signal, timeoutMs } = options;
  if (signal?.aborted) return Promise.reject(cancelled(signal));
  return new Promise((resolve, reject) => {
    const onAbort = () => call.cancel();
    const call = method.call(
      client,
      request,
      callMetadata(options),
      { deadline: Date.now() + timeoutMs },
      (error, response) => {
        signal?.removeEventListener("abort", onAbort);
        if (signal?.aborted) reject(cancelled(signal));
        else if (error) reject(fromGrpcError(error));
        else if (response === undefined) reject(new MeshError("INTERNAL", "the call was answered with nothing"));
        else resolve(response);
      },
    );
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** The metadata of a call: the session, the trace that it belongs to, and whatever else it carries. */
export function callMetadata(options: Pick<UnaryOptions, "sessionId" | "metadata">): Metadata {
  const metadata = new Metadata();
  const traceParent = traceParentHere();
  if (traceParent) metadata.set(TRACE_METADATA, traceParent);
  if (options.sessionId) metadata.set("authorization", `Bearer ${options.sessionId}`);
  for (const [name, value] of Object.entries(options.metadata ?? {})) metadata.set(name, value);
  return metadata;
}

function cancelled(signal: AbortSignal): MeshError {
  return signal.reason instanceof MeshError ? signal.reason : new MeshError("CANCELLED", "the call was cancelled");
}
