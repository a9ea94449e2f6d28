import { fromBinary } from "@bufbuild/protobuf";
import { createFileRegistry, type FileRegistry } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { fileURLToPath } from "node:url";
import { TemporaryFolder } from "../processes.ts";
import { run } from "./run.ts";

const PROTO = fileURLToPath(new URL("../../proto/", import.meta.url));

/** The contract as protoc understands it, for clients that make their calls from descriptors. @throws {Error} with protoc's reason */
export async function readContract(python: string): Promise<FileRegistry> {
  using folder = new TemporaryFolder();
  const output = folder.file("contract.binpb");
  const failure = await run(python, [
    "-m",
    "grpc_tools.protoc",
    `-I${PROTO}`,
    "--include_imports",
    `--descriptor_set_out=${output}`,
    `${PROTO}mesh.proto`,
  ]);
  if (failure !== undefined) throw new Error(`cannot read the contract: ${failure}`);
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, await Deno.readFile(output)));
}
