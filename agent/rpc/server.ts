import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import { HealthImplementation, type ServingStatusMap } from "grpc-health-check";
import { contract } from "../../proto/load.ts";
import type { ListenAddress } from "../config/config.ts";
import { formatAddress } from "../config/address.ts";
import { listenError } from "../config/listen_error.ts";
import { MeshError } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { grpcImplementation } from "./grpc_calls.ts";
import { addReflection } from "./reflection.ts";
import type { ServiceMethods } from "./served_method.ts";
import { wholeMessages } from "./whole_messages.ts";

/** The largest message that is taken, in bytes: a plan of 100,000 tasks fits. */
const MAX_RECEIVE_BYTES = 32 * 1024 * 1024;
const MAX_SEND_BYTES = 64 * 1024 * 1024;

/** Answers that are written when the server closes leave within this, in ms. */
const FLUSH_MS = 500;

/** Streams that one connection may have open at once. */
const MAX_STREAMS = 1000;

export interface RpcServerOptions {
  readonly listen: ListenAddress;
  readonly orchestrator: ServiceMethods;
  readonly mesh: ServiceMethods;
}

const SERVICES = ["", "edgemesh.OrchestratorService", "edgemesh.v1.MeshService"] as const;

/** The gRPC server: both services, the standard health service, and reflection, so that tools need no proto files. */
export class RpcServer implements Component {
  readonly name = "grpc server";
  readonly #server = new Server({
    "grpc.max_receive_message_length": MAX_RECEIVE_BYTES,
    "grpc.max_send_message_length": MAX_SEND_BYTES,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    // Counts of every call that nobody can ask for: the channelz service is not served.
    "grpc.enable_channelz": 0,
  });
  readonly #health: HealthImplementation;
  #port = 0;
  #started = false;

  constructor(private readonly options: RpcServerOptions) {
    // grpc-js would print lines of its own; whatever fails is also thrown or answered, and said by us.
    setLogVerbosity(logVerbosity.NONE);
    const { packageDefinition, orchestrator, mesh } = contract();
    this.#server.addService(wholeMessages(orchestrator), grpcImplementation(options.orchestrator));
    this.#server.addService(wholeMessages(mesh), grpcImplementation(options.mesh));
    this.#health = new HealthImplementation(statusMap("NOT_SERVING"));
    this.#health.addToServer(this.#server);
    addReflection(this.#server, packageDefinition);
  }

  /** The port that it listens on, once started. */
  get port(): number {
    return this.#port;
  }

  /** @throws {MeshError} UNAVAILABLE when the address cannot be listened on */
  async start(): Promise<void> {
    const { host, port } = this.options.listen;
    if (host) this.#port = await this.#bind({ host, port });
    else this.#port = await this.#bindAll(port);
    this.#started = true;
  }

  /** What the standard health service answers from now on. */
  setServing(serving: boolean): void {
    const statuses = statusMap(serving ? "SERVING" : "NOT_SERVING");
    for (const [service, status] of Object.entries(statuses)) this.#health.setStatus(service, status);
  }

  /** Closes. The interceptors have let the calls under way end; answers that were just written get the time to leave. */
  async stop(): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FLUSH_MS);
    this.#server.tryShutdown(() => resolve());
    await promise;
    clearTimeout(timer);
    this.#server.forceShutdown();
  }

  /** All interfaces: both address families where there are two. */
  async #bindAll(port: number): Promise<number> {
    try {
      return await this.#bind({ host: "::", port });
    } catch (error) {
      if (error instanceof MeshError && error.code === "ALREADY_EXISTS") throw error;
      return await this.#bind({ host: "0.0.0.0", port });
    }
  }

  #bind(address: ListenAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(formatAddress(address), ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(listenError(this.options.listen, "--grpc", error));
        else resolve(port);
      });
    });
  }
}

function statusMap(status: "SERVING" | "NOT_SERVING"): ServingStatusMap {
  return Object.fromEntries(SERVICES.map((service) => [service, status]));
}
