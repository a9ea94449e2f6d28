import { Buffer } from "node:buffer";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { responseToJson } from "../../proto/json_mapping.ts";
import { contract } from "../../proto/load.ts";
import { MeshError } from "../core/errors.ts";
import type { Caller } from "./call_context.ts";
import { JsonRequest } from "./json_request.ts";
import type { ServedMethod, ServiceMethods, UnreadRequest } from "./served_method.ts";
import { wholeMessages } from "./whole_messages.ts";

/** How messages are written: protobuf's own format, or its JSON mapping. */
export type MessageFormat = "proto" | "json";

/** A method of the contract, for an edge that has messages as bytes. */
export interface Procedure {
  readonly kind: ServedMethod["kind"];
  /**
   * Serves one call. Resolves when the last message was sent; a unary method sends one.
   *
   * @throws {MeshError} with what the caller may be shown
   */
  serve(
    caller: Caller,
    request: { readonly format: MessageFormat; readonly bytes: Uint8Array },
    send: (message: Uint8Array) => void,
  ): Promise<void>;
}

/** Every method of both services by its path: `/edgemesh.v1.MeshService/ListJobs`. */
export function procedures(
  services: { readonly orchestrator: ServiceMethods; readonly mesh: ServiceMethods },
): ReadonlyMap<string, Procedure> {
  const { orchestrator, mesh } = contract();
  return new Map([
    ...proceduresOf(orchestrator, services.orchestrator),
    ...proceduresOf(mesh, services.mesh),
  ]);
}

function proceduresOf(definition: ServiceDefinition, methods: ServiceMethods): [string, Procedure][] {
  return Object.entries(wholeMessages(definition)).flatMap(([name, wire]) => {
    const method = methods[name];
    return method ? [[wire.path, procedure(method, wire)]] : [];
  });
}

type Wire = MethodDefinition<unknown, unknown>;

function procedure(method: ServedMethod, wire: Wire): Procedure {
  return {
    kind: method.kind,
    async serve(caller, { format, bytes }, send) {
      if (method.kind === "two-way stream") {
        throw new MeshError("UNIMPLEMENTED", `${wire.path.slice(1)} is a stream in both directions: only gRPC has it`);
      }
      const request = unread(wire, format, bytes);
      if (method.kind === "server stream") {
        return await method.serve(caller, request, (message) => send(written(wire, format, message)));
      }
      send(written(wire, format, await method.serve(caller, request)));
    },
  };
}

function unread(wire: Wire, format: MessageFormat, bytes: Uint8Array): UnreadRequest {
  if (format === "json") return new JsonRequest(wire.path, bytes);
  // What `wholeMessages` makes of the bytes of a method's one request.
  return wire.requestDeserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)) as UnreadRequest;
}

const encoder = new TextEncoder();

function written(wire: Wire, format: MessageFormat, message: unknown): Uint8Array {
  if (format === "proto") return wire.responseSerialize(message);
  return encoder.encode(JSON.stringify(responseToJson(wire.path, message as Record<string, unknown>)));
}
