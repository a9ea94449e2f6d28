import {
  type ClientDuplexStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";
import { contract } from "../../proto/load.ts";
import { assert, assertEquals } from "../../tests/assert.ts";
import { addReflection } from "./reflection.ts";

const PROTOS = fileURLToPath(new URL("../proto/", import.meta.resolve("@grpc/reflection")));

interface Answer {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Uint8Array[] };
  readonly error_response?: { readonly error_message: string };
}

/** Asks one version of the reflection service, all on one stream. */
async function ask(port: number, version: "v1" | "v1alpha", requests: readonly object[]): Promise<Answer[]> {
  const definition = loadSync(`grpc/reflection/${version}/reflection.proto`, { includeDirs: [PROTOS], keepCase: true });
  const root = loadPackageDefinition(definition) as unknown as {
    grpc: { reflection: Record<typeof version, { ServerReflection: ServiceClientConstructor }> };
  };
  const client = new root.grpc.reflection[version].ServerReflection(`127.0.0.1:${port}`, credentials.createInsecure());
  const call: ClientDuplexStream<object, Answer> = client.ServerReflectionInfo?.(new Metadata());
  for (const request of requests) call.write(request);
  call.end();
  const answers: Answer[] = [];
  for await (const answer of call) answers.push(answer);
  client.close();
  return answers;
}

for (const version of ["v1", "v1alpha"] as const) {
  Deno.test(`a tool without proto files learns the services by reflection ${version}`, async () => {
    const server = new Server();
    addReflection(server, contract().packageDefinition);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error);
        else resolve(port);
      })
    );
    try {
      const [services, file, unknown] = await ask(port, version, [
        { list_services: "" },
        { file_containing_symbol: "edgemesh.v1.MeshService" },
        { file_containing_symbol: "edgemesh.NoService" },
      ]);
      const names = services?.list_services_response?.service.map(({ name }) => name);
      assertEquals(names?.toSorted(), ["edgemesh.OrchestratorService", "edgemesh.v1.MeshService"]);
      assert((file?.file_descriptor_response?.file_descriptor_proto.length ?? 0) > 0);
      assert(unknown?.error_response);
      // A second call is served by what the first one made.
      assertEquals((await ask(port, version, [{ list_services: "" }])).length, 1);
    } finally {
      server.forceShutdown();
    }
  });
}
