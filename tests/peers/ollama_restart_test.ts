import { assertEquals, assertMatch } from "../assert.ts";
import { MeshError } from "../../agent/core/errors.ts";
import { assertRejects } from "../assert.ts";
import { assertLine, heard } from "../faults/model_mesh.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually, TemporaryFolder } from "../processes.ts";
import { TINY } from "./ollama/ollama_mesh.ts";
import { startOllama } from "./ollama/ollama_server.ts";
import { testWithOllama } from "./ollama/ollama_test_case.ts";

testWithOllama(
  "a real Ollama that is killed in mid-stream is gone at once, and found within a minute of its return",
  async () => {
    using folder = new TemporaryFolder();
    await using server = await startOllama({ folder });
    await using agent = await AgentProcess.start({ name: "only", flags: ["--ollama", server.url] });
    using session = await MeshSession.open(agent.grpc);
    const { client } = session;
    const model = async () => (await client.orchestrator("ListDevices", {})).devices[0]?.local_model_name;
    const becomes = (name: string) =>
      eventually(
        async () => await model() === name || undefined,
        `the model ${name || "to be gone"}`,
        undefined,
        60_000,
      );
    assertEquals(await model(), TINY);

    // First the process of the loaded model alone, as when memory is short: Ollama goes on.
    const begun = Promise.withResolvers<void>();
    const crashing = heard(client, { max_tokens: 30_000 }, () => begun.resolve());
    await begun.promise;
    server.killRunners();
    const crashed = await crashing;
    assertEquals(crashed.failure?.code, "INTERNAL");
    assertLine(crashed.failure?.message ?? "", "only: Ollama at ", "an error was encountered while running the model");
    assertEquals((await heard(client, { max_tokens: 3 })).end?.stats?.output_tokens, 3);
    assertEquals(await model(), TINY);

    const speaking = Promise.withResolvers<void>();
    const asked = heard(client, { max_tokens: 30_000 }, () => speaking.resolve());
    await speaking.promise;
    await server.kill();
    const { failure, text } = await asked;
    assertEquals(failure?.code, "UNAVAILABLE");
    assertMatch(failure?.message ?? "", /^only: Ollama at http:\S+ broke off after \d+ pieces?: [^\n]+$/);
    assertEquals(text === "", false);
    await becomes("");
    const refused = await assertRejects(() => client.orchestrator("RunLLMTask", { prompt: "hi" }), MeshError);
    const nothing = `this device has no local model (nothing answers at ${server.url})`;
    assertEquals([refused.code, refused.message], ["FAILED_PRECONDITION", nothing]);

    const port = Number(new URL(server.url).port);
    await using again = await startOllama({ folder, port, models: {} });
    assertEquals(again.url, server.url);
    await becomes(TINY);
    const { tokens_generated, error } = await client.orchestrator("RunLLMTask", { prompt: "hi", max_tokens: 7 });
    assertEquals([tokens_generated, error], [7, ""]);
  },
);
