import type { DescService } from "@bufbuild/protobuf";
import { type CallOptions, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { assert, assertEquals, assertMatch, assertRejects } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, TEST_KEY } from "../processes.ts";
import { StandInOllama } from "../stand_in/ollama.ts";
import { readContract } from "./descriptors.ts";
import { findPython } from "./python.ts";
import { run } from "./run.ts";

const python = await findPython();
const missing = "missing" in python ? python.missing : undefined;
const required = Deno.env.get("CI") === "true";
if (missing && !required) {
  console.warn(`ignored: Connect's own client, for which protoc reads the contract: ${missing}`);
}

type Message = Readonly<Record<string, unknown>>;

/** Connect's client for a contract that is known only when the test runs: every method takes and gives any message. */
interface AnyClient {
  readonly [method: string]: (request: Message, options?: CallOptions) => Promise<Message> & AsyncIterable<Message>;
}

function clientOf(service: DescService | undefined, transport: Transport): AnyClient {
  if (!service) throw new Error("protoc found no such service");
  return createClient(service, transport) as unknown as AnyClient;
}

/** What a call that fails fails with. */
async function failure(call: Promise<unknown>): Promise<[code: string, message: string]> {
  const error = await assertRejects(() => call, ConnectError);
  return [Code[error.code] ?? "", error.rawMessage];
}

const ECHO = { kind: "ECHO", input: "hello" };

Deno.test({
  name: "Connect's own client, in JSON and in protobuf's own format",
  ignore: missing !== undefined && !required,
  async fn(t) {
    if ("missing" in python) throw new Error(python.missing);
    const contract = await readContract(python.program);
    await using ollama = await StandInOllama.start({ models: [{ name: "tiny" }] });
    const flags = ["--ollama", ollama.url, "--allow", "pwd,sleep"];
    await using alpha = await AgentProcess.start({ name: "alpha", flags });
    using session = await MeshSession.open(alpha.grpc);
    const clients = (useBinaryFormat: boolean, bearer = TEST_KEY) => {
      const transport = createConnectTransport({
        baseUrl: `http://${alpha.http}`,
        useBinaryFormat,
        interceptors: [(next) => (request) => {
          if (bearer) request.header.set("authorization", `Bearer ${bearer}`);
          return next(request);
        }],
      });
      return {
        orchestrator: clientOf(contract.getService("edgemesh.OrchestratorService"), transport),
        mesh: clientOf(contract.getService("edgemesh.v1.MeshService"), transport),
      };
    };

    for (const [format, isBinary] of [["JSON", false], ["protobuf", true]] as const) {
      const { orchestrator, mesh } = clients(isBinary);
      const call = (client: AnyClient, method: string, request: Message, options?: CallOptions) => {
        const found = client[method];
        if (!found) throw new Error(`no method ${method}`);
        return found(request, options);
      };

      await t.step(`${format}: devices with their 64-bit numbers, as gRPC has them`, async () => {
        const { devices } = await call(orchestrator, "listDevices", {}) as { devices: Message[] };
        const { devices: [expected] } = await session.client.orchestrator("ListDevices", {});
        assertEquals(devices.map(({ deviceId, deviceName, hasCpu }) => ({ deviceId, deviceName, hasCpu })), [
          { deviceId: expected?.device_id, deviceName: "alpha", hasCpu: true },
        ]);
        assertEquals(typeof devices[0]?.ramFreeMb, "bigint");
      });

      await t.step(`${format}: a session is opened without one, and stands for the key`, async () => {
        const open = clients(isBinary, "").orchestrator;
        const made = await call(open, "createSession", { deviceName: "connect", securityKey: TEST_KEY });
        const { orchestrator: own } = clients(isBinary, String(made.sessionId));
        const ran = await call(own, "executeRoutedCommand", { policy: { mode: 0 }, command: "pwd" });
        assertEquals([ran.selectedDeviceName, (ran.output as Message).exitCode], ["alpha", 0]);
        // A message that names its session needs nothing else.
        const named = await call(open, "executeCommand", { sessionId: made.sessionId, command: "pwd" });
        assertEquals(named.exitCode, 0);
        assertEquals(await failure(call(open, "createSession", { securityKey: "guess" })), [
          "Unauthenticated",
          "wrong mesh key",
        ]);
        assertEquals((await failure(call(open, "listDevices", {})))[0], "Unauthenticated");
      });

      await t.step(`${format}: failures with the agent's code and words`, async () => {
        assertEquals(await failure(call(mesh, "listTasks", { jobId: "nope" })), ["NotFound", 'no job "nope"']);
        const forbidden = call(orchestrator, "executeRoutedCommand", { policy: { mode: 0 }, command: "rm" });
        assertEquals((await failure(forbidden))[0], "PermissionDenied");
        const late = { policy: { mode: 0 }, command: "sleep", args: ["60"] };
        assertEquals(
          (await failure(call(orchestrator, "executeRoutedCommand", late, { timeoutMs: 200 })))[0],
          "DeadlineExceeded",
        );
      });

      await t.step(`${format}: a job with maps and lists is started and watched to its end`, async () => {
        const started = await call(mesh, "startJob", {
          job: {
            text: "two echoes",
            plan: { groups: [{ index: 0, tasks: [{ ...ECHO, taskId: "a" }, { ...ECHO, taskId: "b" }] }] },
          },
          taskTimeoutsMs: { a: 5000 },
        });
        const updates: Message[] = [];
        for await (const update of call(mesh, "watchJob", { jobId: started.jobId })) updates.push(update);
        const last = updates.at(-1);
        assertEquals([last?.state, (last?.groups as Message[])[0]?.done], ["DONE", 2]);
        const { tasks } = await call(mesh, "listTasks", { jobId: started.jobId }) as { tasks: Message[] };
        assertEquals(tasks.map(({ status }) => (status as Message).state), ["DONE", "DONE"]);
        const missing = Array.fromAsync(call(mesh, "watchJob", { jobId: "nope" }));
        assertEquals(await failure(missing), ["NotFound", 'no job "nope"']);
      });

      await t.step(`${format}: a model's words come as they are said, with what was set and what was not`, async () => {
        const request = {
          prompt: "one two three",
          model: "tiny",
          maxTokens: 4,
          sampling: { hasTemperature: { case: "temperature", value: 0 } },
        };
        const events = await Array.fromAsync(call(mesh, "generate", request));
        const text = events.map((event) => event.text).join("");
        assert(text.length > 0 && events.length > 2, `${events.length} events`);
        assertEquals((events.at(-1)?.end as Message).finishReason, "length");
        const { body } = ollama.requests.at(-1) ?? {};
        assertEquals(body?.options, { temperature: 0, num_predict: 4 });
      });
    }

    const curlMissing = await run("curl", ["--version"]);
    if (curlMissing) console.warn(`ignored: curl: ${curlMissing}`);
    await t.step({
      name: "curl is served like any client",
      ignore: curlMissing !== undefined,
      fn: async () => {
        const curl = async (...args: string[]) => {
          const { stdout } = await new Deno.Command("curl", { args: ["-sS", ...args], stdin: "null" }).output();
          return new TextDecoder().decode(stdout);
        };
        const bearer = ["-H", `authorization: Bearer ${TEST_KEY}`];
        const json = ["-H", "content-type: application/json"];
        const listed = await curl(
          ...bearer,
          ...json,
          "-d",
          '{"limit": 1}',
          `http://${alpha.http}/edgemesh.v1.MeshService/ListJobs`,
        );
        const { jobs: [job] } = JSON.parse(listed);
        assertMatch(job.createdAt, /^\d+$/);
        const events = await curl(
          ...bearer,
          "-H",
          "accept: text/event-stream",
          "-G",
          "--data-urlencode",
          `message={"job_id":"${job.jobId}"}`,
          `http://${alpha.http}/edgemesh.v1.MeshService/WatchJob`,
        );
        assertMatch(events, /^data: \{"jobId":.*,"state":"DONE",.*\}\n\nevent: end\ndata: \{\}\n\n$/s);
      },
    });
  },
});
