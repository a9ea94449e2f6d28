import { fileURLToPath } from "node:url";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";
import { CONVERSION } from "./types.ts";
import { attachCodec } from "./attach_codec.ts";
import type { OrchestratorServiceDefinition } from "./gen/edgemesh/OrchestratorService.ts";
import type { MeshServiceDefinition } from "./gen/edgemesh/v1/MeshService.ts";

/** Both services as grpc-js takes them, and the whole package for reflection. */
export interface Contract {
  readonly packageDefinition: PackageDefinition;
  readonly orchestrator: OrchestratorServiceDefinition;
  readonly mesh: MeshServiceDefinition;
}

let loaded: Contract | undefined;

/** Reads the proto files, which lie beside this module and are included in the compiled program. */
export function contract(): Contract {
  return loaded ??= read();
}

function read(): Contract {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const packageDefinition = loadSync(["orchestrator.proto", "mesh.proto"], {
    includeDirs: [here],
    keepCase: true,
    ...CONVERSION,
  });
  return {
    packageDefinition,
    orchestrator: packageDefinition["edgemesh.OrchestratorService"] as unknown as OrchestratorServiceDefinition,
    mesh: withFastAttach(packageDefinition["edgemesh.v1.MeshService"] as unknown as MeshServiceDefinition),
  };
}

function withFastAttach(mesh: MeshServiceDefinition): MeshServiceDefinition {
  const { worker, coordinator } = attachCodec();
  return {
    ...mesh,
    Attach: {
      ...mesh.Attach,
      requestSerialize: worker.serialize,
      requestDeserialize: worker.deserialize,
      responseSerialize: coordinator.serialize,
      responseDeserialize: coordinator.deserialize,
    },
  };
}
