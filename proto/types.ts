import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

/** How messages become plain data: as the types in `gen/` say. */
export const CONVERSION = { longs: Number, enums: String, defaults: true, arrays: true } as const;

let loaded: protobuf.Root | undefined;

/** The messages of both services as protobufjs knows them, for what proto-loader's own reading and writing is too slow. */
export function messageTypes(): protobuf.Root {
  return loaded ??= read();
}

/** The message that a method is called with. @param path as gRPC has it: `/edgemesh.v1.MeshService/StartJob` */
export function requestType(path: string): protobuf.Type {
  return typeAt(path, "requestType");
}

/** The message that a method answers with, or each message of its stream. @param path as for {@link requestType} */
export function responseType(path: string): protobuf.Type {
  return typeAt(path, "responseType");
}

function typeAt(path: string, side: "requestType" | "responseType"): protobuf.Type {
  const [, service = "", method = ""] = path.split("/");
  const name = messageTypes().lookupService(service).methods[method]?.[side];
  if (name === undefined) throw new Error(`no method ${path}`);
  return messageTypes().lookupService(service).lookupType(name);
}

function read(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => fileURLToPath(new URL(target, import.meta.url));
  root.loadSync(["mesh.proto"], { keepCase: true });
  root.resolveAll();
  return root;
}
