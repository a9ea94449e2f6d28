import type {
  Deadline,
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerErrorResponse,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { MeshError } from "../core/errors.ts";
import { statusNumber } from "../mesh/grpc_status.ts";
import type { Caller } from "./call_context.ts";
import type { ServerStreamMethod, ServiceMethods, UnaryMethod, UnreadRequest } from "./served_method.ts";

/** What all calls of grpc-js have in common. */
interface AnyCall {
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Deadline;
  on(event: "cancelled", listener: () => void): unknown;
}

/** A service's methods as grpc-js takes them. */
export function grpcImplementation(methods: ServiceMethods): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => {
      if (method.kind === "unary") return [name, unaryCall(method)];
      return [name, method.kind === "server stream" ? serverStreamCall(method) : method.serve];
    }),
  );
}

/** Who made a call of grpc-js. */
export function grpcCaller(call: AnyCall): Caller {
  return {
    peer: call.getPeer(),
    edge: "grpc",
    showsKey: false,
    deadline() {
      const at = call.getDeadline();
      return at instanceof Date ? at.getTime() : at;
    },
    metadata(name) {
      const value = call.metadata.get(name)[0];
      return typeof value === "string" ? value : "";
    },
    onCancelled: (listener) => void call.on("cancelled", listener),
  };
}

/** A failure as grpc-js sends it. */
export function statusOf({ code, message }: MeshError): Partial<ServerErrorResponse> {
  return { code: statusNumber(code), details: message, message };
}

function unaryCall(method: UnaryMethod): handleUnaryCall<UnreadRequest, unknown> {
  return async (call, callback) => {
    let response: unknown;
    try {
      response = await method.serve(grpcCaller(call), call.request);
    } catch (failure) {
      // The interceptors throw nothing else.
      return callback(statusOf(failure as MeshError));
    }
    callback(null, response);
  };
}

function serverStreamCall(method: ServerStreamMethod): handleServerStreamingCall<UnreadRequest, unknown> {
  return async (call) => {
    try {
      await method.serve(grpcCaller(call), call.request, (message) => void call.write(message));
    } catch (failure) {
      if (!call.cancelled) call.emit("error", statusOf(failure as MeshError));
      return;
    }
    call.end();
  };
}
