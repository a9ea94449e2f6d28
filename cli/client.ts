import type * as grpc from "@grpc/grpc-js";
import { formatAddress, type HostPort } from "../agent/config/address.ts";
import { MeshError } from "../agent/core/errors.ts";
import { beginSpan, TRACE_METADATA, type TraceSpan } from "../agent/core/tracing.ts";
import type { OrchestratorServiceDefinition } from "../proto/gen/edgemesh/OrchestratorService.ts";
import type { MeshServiceDefinition } from "../proto/gen/edgemesh/v1/MeshService.ts";
import type { GenerateEvent, JobUpdate } from "../proto/messages.ts";
import { failureOf } from "./call_failure.ts";
import { probe } from "./probe.ts";
import { received } from "./received_stream.ts";

/** Largest message taken, in bytes: a cost preview of many steps on many devices. */
const MAX_RECEIVE_BYTES = 64 * 1024 * 1024;

/** The methods that commands use. Each takes one message and answers with one. */
type OrchestratorMethod =
  | "CreateDownloadTicket"
  | "CreateSession"
  | "ExecuteCommand"
  | "ExecuteRoutedCommand"
  | "GetDeviceStatus"
  | "GetJob"
  | "ListDevices"
  | "PreviewPlan"
  | "PreviewPlanCost"
  | "RunLLMTask"
  | "SubmitJob";
type MeshMethod =
  | "AnswerScreen"
  | "Calibrate"
  | "CancelJob"
  | "CostReport"
  | "DeleteJob"
  | "FileDigest"
  | "ListDeviceStates"
  | "ListFiles"
  | "ListJobs"
  | "ListModels"
  | "ListMonitors"
  | "ListTasks"
  | "OpenDownload"
  | "OpenTaskOutput"
  | "OpenUpload"
  | "PreviewPlacement"
  | "StartJob"
  | "StartScreen"
  | "StopScreen";
/** Those that are answered with many messages. */
type MeshStream = "Generate" | "WatchJob";

/** What these wait for, a model or a large file, takes as long as it takes: keepalive finds an agent that vanished. */
const UNHURRIED: ReadonlySet<string> = new Set<OrchestratorMethod | MeshMethod | MeshStream>([
  "Calibrate",
  "FileDigest",
  "Generate",
  "OpenUpload",
  "RunLLMTask",
]);

/** So long is as long as it takes, in ms: a day. A device ends a generation of which nobody says how long after 250 s. */
const UNHURRIED_MS = 86_400_000;

type RequestOf<Method> = Method extends { requestSerialize: (value: infer Request) => unknown } ? Request : never;
type AnswerOf<Method> = Method extends { responseDeserialize: (bytes: never) => infer Answer } ? Answer : never;
type Orchestrator = OrchestratorServiceDefinition;
type Mesh = MeshServiceDefinition;

/** What commands need of a connected agent. */
export interface MeshClient extends Disposable {
  /** For the messages that carry it; the metadata of every call does too. */
  readonly sessionId: string;
  /** @throws {MeshError} with the agent's code and message */
  orchestrator<M extends OrchestratorMethod>(
    method: M,
    request: RequestOf<Orchestrator[M]>,
    options?: CallOptions,
  ): Promise<AnswerOf<Orchestrator[M]>>;
  /** @throws {MeshError} UNIMPLEMENTED where the agent has the specification's service only */
  mesh<M extends MeshMethod>(method: M, request: RequestOf<Mesh[M]>): Promise<AnswerOf<Mesh[M]>>;
  /**
   * WatchJob: the job as it is now, then its changes, for as long as it takes. Whoever stops reading ends the call, and
   * so does the signal.
   *
   * @throws {MeshError} while it is read: as `mesh` does, and UNAVAILABLE when the agent went away
   */
  watch(request: RequestOf<Mesh["WatchJob"]>, signal?: AbortSignal): AsyncGenerator<JobUpdate, void, void>;
  /**
   * Generate: who answers, what the model says, piece by piece, and what it took. Whoever stops reading ends the call,
   * and with it the generation on its device; so does the signal.
   *
   * @throws {MeshError} while it is read: as `mesh` does, and UNAVAILABLE when the agent went away
   */
  generate(request: RequestOf<Mesh["Generate"]>, signal?: AbortSignal): AsyncGenerator<GenerateEvent, void, void>;
}

/** What a call may carry beside its message. */
export interface CallOptions {
  /** The same key of the same client within 24 h has the same effect once (metadata `x-idempotency-key`). */
  readonly idempotencyKey?: string;
}

export interface ConnectOptions {
  readonly server: HostPort;
  /** Undefined where none is known: the agent then decides. */
  readonly key: string | undefined;
  /** How the agent's log calls this client. */
  readonly deviceName: string;
  /** How long each call may take, in ms. */
  readonly timeoutMs: number;
  /** How long a call may take that waits for a model, in ms. Default: a day. */
  readonly modelTimeoutMs?: number | undefined;
  /** Cancels what runs and refuses what comes. */
  readonly signal: AbortSignal;
}

/**
 * Opens a session with an agent.
 *
 * @throws {AgentUnreachable} when nothing listens there, within 2 s and without loading the gRPC client
 * @throws {MeshError} UNAUTHENTICATED when it does not take the key
 */
export async function connect(options: ConnectOptions): Promise<MeshClient> {
  const address = await probe(options.server, options.signal);
  const [library, { contract }] = await Promise.all([import("@grpc/grpc-js"), import("../proto/load.ts")]);
  const client = new Connection(library, contract(), address, options);
  try {
    await client.openSession(options.key ?? "", options.deviceName);
    return client;
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}

interface Services {
  readonly orchestrator: Orchestrator;
  readonly mesh: Mesh;
}

class Connection implements MeshClient {
  sessionId = "";
  #closed = false;
  readonly #channel: grpc.Client;
  readonly #metadata: grpc.Metadata;

  constructor(
    library: typeof grpc,
    private readonly services: Services,
    address: HostPort,
    private readonly options: ConnectOptions,
  ) {
    this.#metadata = new library.Metadata();
    this.#channel = new library.Client(formatAddress(address), library.credentials.createInsecure(), {
      "grpc.max_receive_message_length": MAX_RECEIVE_BYTES,
      "grpc.max_send_message_length": -1,
      // A proxy for the web does not know the devices of a mesh.
      "grpc.enable_http_proxy": 0,
      // An agent that vanished without closing is noticed long before the deadline of a command.
      "grpc.keepalive_time_ms": 10_000,
      "grpc.keepalive_timeout_ms": 3_000,
    });
  }

  async openSession(securityKey: string, deviceName: string): Promise<void> {
    const session = await this.orchestrator("CreateSession", { device_name: deviceName, security_key: securityKey });
    this.sessionId = session.session_id;
    this.#metadata.set("authorization", `Bearer ${session.session_id}`);
  }

  orchestrator<M extends OrchestratorMethod>(
    method: M,
    request: RequestOf<Orchestrator[M]>,
    { idempotencyKey }: CallOptions = {},
  ) {
    let metadata = this.#metadata;
    if (idempotencyKey !== undefined) {
      metadata = metadata.clone();
      metadata.set("x-idempotency-key", idempotencyKey);
    }
    return this.#call<RequestOf<Orchestrator[M]>, AnswerOf<Orchestrator[M]>>(
      method,
      this.services.orchestrator[method] as unknown as MethodDefinition,
      request,
      metadata,
    );
  }

  mesh<M extends MeshMethod>(method: M, request: RequestOf<Mesh[M]>) {
    return this.#call<RequestOf<Mesh[M]>, AnswerOf<Mesh[M]>>(
      method,
      this.services.mesh[method] as unknown as MethodDefinition,
      request,
    );
  }

  watch(request: RequestOf<Mesh["WatchJob"]>, signal?: AbortSignal): AsyncGenerator<JobUpdate, void, void> {
    return this.#stream<JobUpdate>("WatchJob", request, signal);
  }

  generate(request: RequestOf<Mesh["Generate"]>, signal?: AbortSignal): AsyncGenerator<GenerateEvent, void, void> {
    return this.#stream<GenerateEvent>("Generate", request, signal);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#channel.close();
  }

  get #modelTimeoutMs(): number {
    return this.options.modelTimeoutMs ?? UNHURRIED_MS;
  }

  #call<Request, Answer>(
    method: string,
    definition: MethodDefinition,
    request: Request,
    metadata = this.#metadata,
  ): Promise<Answer> {
    const { signal, server } = this.options;
    const timeoutMs = UNHURRIED.has(method) ? this.#modelTimeoutMs : this.options.timeoutMs;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#closed) return reject(closed());
      const span = beginSpan(definition.path.slice(1), { kind: "client" });
      const call = this.#channel.makeUnaryRequest(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        request,
        traced(metadata, span),
        { deadline: Date.now() + timeoutMs },
        (error, answer) => {
          span?.end(error ? `gRPC status ${error.code}` : undefined);
          signal.removeEventListener("abort", onAbort);
          if (signal.aborted) reject(signal.reason);
          else if (error) reject(failureOf(error, { method, server, timeoutMs }));
          else resolve(answer as Answer);
        },
      );
      const onAbort = () => call.cancel();
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The messages of a server stream. What changes a job takes as long as it takes, too. */
  #stream<Message>(
    method: MeshStream,
    request: RequestOf<Mesh[MeshStream]>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Message, void, void> {
    const { path, requestSerialize, responseDeserialize } = this.services.mesh[method] as unknown as MethodDefinition;
    const { server } = this.options;
    const signals = [this.options.signal, ...(signal ? [signal] : [])];
    const timeoutMs = UNHURRIED.has(method) ? this.#modelTimeoutMs : undefined;
    const open = () => {
      if (this.#closed) throw closed();
      const span = beginSpan(path.slice(1), { kind: "client" });
      const call = this.#channel.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize as (bytes: Buffer) => Message,
        request,
        traced(this.#metadata, span),
        { deadline: timeoutMs === undefined ? Infinity : Date.now() + timeoutMs },
      );
      if (span) call.on("status", ({ code }) => span.end(code === 0 ? undefined : `gRPC status ${code}`));
      return call;
    };
    return received(open, { method, server, timeoutMs, signals });
  }
}

/** The same metadata, with the trace that the call belongs to where one is kept. */
function traced(metadata: grpc.Metadata, span: TraceSpan | undefined): grpc.Metadata {
  if (!span) return metadata;
  const copy = metadata.clone();
  copy.set(TRACE_METADATA, span.traceParent);
  return copy;
}

function closed(): MeshError {
  return new MeshError("CANCELLED", "this connection is closed");
}

/** A method as the contract describes it, whatever its messages are. */
interface MethodDefinition {
  readonly path: string;
  requestSerialize(value: unknown): Buffer;
  responseDeserialize(bytes: Buffer): unknown;
}
