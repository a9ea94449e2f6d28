import { fileURLToPath } from "node:url";
import { run } from "./run.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PROTO = fileURLToPath(new URL("../../proto/", import.meta.url));

/** Makes Python stubs into `folder` as a stranger would: from the proto files alone. @throws {Error} with protoc's reason */
export async function makeStubs(python: string, folder: string): Promise<void> {
  const failure = await run(python, [
    "-m",
    "grpc_tools.protoc",
    `-I${PROTO}`,
    `-I${HERE}`,
    `--python_out=${folder}`,
    `--grpc_python_out=${folder}`,
    ...["orchestrator.proto", "mesh.proto"].map((file) => PROTO + file),
    ...["health.proto", "reflection_v1.proto", "reflection_v1alpha.proto"].map((file) => HERE + file),
  ]);
  if (failure !== undefined) throw new Error(`cannot make the stubs: ${failure}`);
}
