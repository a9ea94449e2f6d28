import type { handleBidiStreamingCall } from "@grpc/grpc-js";
import type { Caller } from "./call_context.ts";

/** A request that was received and not yet read: reading a large one is work that not everybody may cause. */
export interface UnreadRequest {
  /** In bytes. */
  readonly size: number;
  /** The session that its message may hold, as far as that shows before it is read; else empty. */
  readonly leadingText: string;
  /** Reads it, once. @throws {MeshError} when it is no message of its kind */
  read(): unknown;
  /** The same for a large one, with turns for other work in between. */
  readInTurns(): Promise<unknown>;
}

/** A method that answers one message with one, as every edge can serve it. */
export interface UnaryMethod {
  readonly kind: "unary";
  /** @throws {MeshError} and nothing else: what the caller may be shown */
  serve(caller: Caller, request: UnreadRequest): Promise<unknown>;
}

/** A method that answers one message with many. */
export interface ServerStreamMethod {
  readonly kind: "server stream";
  /** Resolves at the stream's end. @throws {MeshError} as for a {@link UnaryMethod} */
  serve(caller: Caller, request: UnreadRequest, send: (message: unknown) => void): Promise<void>;
}

/** A method with a stream in both directions, which only gRPC can serve. */
export interface TwoWayMethod {
  readonly kind: "two-way stream";
  // deno-lint-ignore no-explicit-any -- grpc-js knows the messages' types by the service's definition
  readonly serve: handleBidiStreamingCall<any, any>;
}

export type ServedMethod = UnaryMethod | ServerStreamMethod | TwoWayMethod;

/** A service's methods by name. */
export type ServiceMethods = Readonly<Record<string, ServedMethod>>;
