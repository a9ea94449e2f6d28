import type { PlanPreviewResponse } from "../../proto/messages.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually } from "../processes.ts";
import { startOllama } from "./ollama/ollama_server.ts";
import { testWithOllama } from "./ollama/ollama_test_case.ts";
import { RecordingProxy } from "./ollama/recording_proxy.ts";

/**
 * Seeds of models of random weights which, held to the schema of a plan, were seen to write one of a task for each kind,
 * one without a group, and one that never ends. What they write depends on the machine, too.
 */
const SEEDS = { echo: 33, sysinfo: 37, prompt: 45, command: 21, nothing: 15, endless: 11 };

/** What a model wrote, where it is a plan in JSON. */
function planIn(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    // It was cut off by its limit of tokens.
    return undefined;
  }
}

/** Asserts that a plan is what the model wrote, and said to be that. */
function assertModels(preview: PlanPreviewResponse, said: string): void {
  const { groups, rationale, reduce } = planIn(said);
  assertEquals(preview.rationale, rationale);
  assertEquals(preview.reduce?.kind, reduce);
  const tasks = preview.plan?.groups.map(({ tasks }) =>
    tasks.map(({ kind, input, target_device_id, max_output_tokens }) => ({
      kind,
      input,
      target_device_id,
      max_output_tokens,
    }))
  );
  assertEquals(tasks, groups.map((group: { tasks: unknown }) => group.tasks));
}

testWithOllama(
  "plans of real models are used as they are, or refused with the reason, and never crash anything",
  async (t) => {
    const small = { width: 16, layers: 1 };
    const models = Object.fromEntries(Object.entries(SEEDS).map(([name, seed]) => [name, { ...small, seed }]));
    await using server = await startOllama({ models });
    await using proxy = await RecordingProxy.start(server.url);
    const flags = ["--ollama", proxy.url, "--planner", "model"];
    await using agent = await AgentProcess.start({ name: "planner", flags });
    using session = await MeshSession.open(agent.grpc);
    const { client } = session;
    const { sessionId: session_id } = client;
    const used: string[] = [];

    /** Makes a model the only one in memory, which is what the agent then asks. */
    const choose = async (model: string) => {
      for (const other of Object.keys(SEEDS)) {
        const body = JSON.stringify({ model: other, keep_alive: 0 });
        await (await fetch(`${server.url}/api/generate`, { method: "POST", body })).body?.cancel();
      }
      await client.orchestrator("RunLLMTask", { prompt: "hello", model, max_tokens: 1 });
      await eventually(async () => {
        const { models } = await client.mesh("ListModels", {});
        return models.find(({ is_default }) => is_default)?.model?.name === `${model}:latest` || undefined;
      }, `${model} as the default`);
    };

    for (const model of Object.keys(SEEDS)) {
      await t.step(`the model "${model}"`, async () => {
        await choose(model);
        const text = `what is new on every device, by ${model}?`;
        const preview = await client.orchestrator("PreviewPlan", { session_id, text });
        const { asked } = proxy.generations.at(-1) ?? { asked: "{}" };
        const question = JSON.parse(asked);
        assertEquals([question.model, question.format.type], [`${model}:latest`, "object"]);
        assertStringIncludes(question.messages.at(-1).content, text);

        if (preview.used_ai) {
          used.push(model);
          assertModels(preview, proxy.said);
          assertMatch(preview.notes, new RegExp(`^using the plan of ${model}:latest on planner; predicted to take `));
        } else {
          assertMatch(
            preview.notes,
            new RegExp(
              `^(the plan of ${model}:latest on planner is invalid: .+|the model timed out after 20 s); using the deterministic plan`,
            ),
          );
          assertEquals(preview.plan?.groups.flatMap(({ tasks }) => tasks.map(({ kind }) => kind)), ["SYSINFO"]);
        }

        const generations = proxy.generations.length;
        const { job_id } = await client.orchestrator("SubmitJob", { session_id, text });
        const job = await session.ended(job_id);
        // It asks no model again, but for the job's own prompts.
        assertEquals(proxy.generations.slice(generations).filter((one) => one.asked.includes('"format"')), []);
        const planned = preview.plan?.groups.flatMap(({ tasks }) => tasks.map(({ task_id }) => task_id));
        assertEquals(job.tasks.map(({ task_id }) => task_id), planned);
        if (job.state !== "DONE") assertMatch(job.final_result, /^task \S+ failed on planner: ./);
        assert(["DONE", "FAILED"].includes(job.state), job.state);
      });
    }

    await t.step("afterwards the agent is as it was", async () => {
      await choose("echo");
      assertEquals((await client.orchestrator("RunLLMTask", { prompt: "hello", max_tokens: 5 })).tokens_generated, 5);
      assertEquals(agent.log.text.match(/ error .*/g), null);
      console.log(`plans that were used: ${used.join(", ") || "none"}, of ${Object.keys(SEEDS).join(", ")}`);
    });
  },
);
