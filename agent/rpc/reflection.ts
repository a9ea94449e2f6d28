import type { handleBidiStreamingCall, MethodDefinition, Server, ServiceDefinition } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import type { Contract } from "../../proto/load.ts";

/** The versions of the reflection service that tools ask for. */
const SERVICES = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"] as const;

/** The only method of each. */
const METHOD = "ServerReflectionInfo";

type PackageDefinition = Contract["packageDefinition"];

type Method = MethodDefinition<unknown, unknown>;

/** One version of the service as the library makes it. */
interface Made {
  readonly method: Method;
  readonly handle: handleBidiStreamingCall<unknown, unknown>;
}

/**
 * Adds server reflection, by which tools such as grpcurl need no proto files. It is made at its first use: that takes 30 ms
 * and 7 MB, and most agents are never asked.
 */
export function addReflection(server: Server, contract: PackageDefinition): void {
  let made: ReadonlyMap<string, Made> | undefined;
  for (const service of SERVICES) {
    const path = `/${service}/${METHOD}`;
    const real = (): Made => {
      const found = (made ??= makeAll(contract)).get(path);
      if (!found) throw new Error(`@grpc/reflection has no ${path}`);
      return found;
    };
    const method: Method = {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: (request) => real().method.requestSerialize(request),
      requestDeserialize: (bytes) => real().method.requestDeserialize(bytes),
      responseSerialize: (response) => real().method.responseSerialize(response),
      responseDeserialize: (bytes) => real().method.responseDeserialize(bytes),
    };
    const handle: handleBidiStreamingCall<unknown, unknown> = (call) => real().handle(call);
    server.addService({ [METHOD]: method }, { [METHOD]: handle });
  }
}

/** What the library would add to a server, by method path. */
function makeAll(contract: PackageDefinition): ReadonlyMap<string, Made> {
  const made = new Map<string, Made>();
  const collector: Pick<Server, "addService"> = {
    addService(definition: ServiceDefinition, implementation) {
      for (const [name, method] of Object.entries(definition)) {
        const handle = implementation[name] as handleBidiStreamingCall<unknown, unknown>;
        made.set(method.path, { method, handle });
      }
    },
  };
  new ReflectionService(contract).addToServer(collector as Server);
  return made;
}
