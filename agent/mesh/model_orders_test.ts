import { assertEquals, assertRejects } from "../../tests/assert.ts";
import type { DeviceInfo, GenerationStats, ModelLoad, ModelReport, StatusSample } from "../../proto/messages.ts";
import { BusyError, MeshError } from "../core/errors.ts";
import { generateRequest } from "../llm/generate_request.ts";
import type { CoordinatorBatch, WorkerBatch } from "./batches.ts";
import { channelPair } from "./channel.ts";
import { HeldAttempts } from "./held_attempts.ts";
import type { ModelSource } from "./model_runs.ts";
import { Peers } from "./peers.ts";
import { WorkerSession, type WorkSource } from "./worker_session.ts";

const SAMPLE: StatusSample = { cpu_load: 0, mem_used_mb: 1, mem_total_mb: 4, ram_free_mb: 3 };
const STATS: GenerationStats = {
  model: "m",
  prompt_tokens: 1,
  output_tokens: 2,
  queue_ms: 0,
  load_ms: 0,
  prefill_ms: 0,
  decode_ms: 0,
  total_ms: 1,
};

/** Models that say what they are told to, or wait until they are stopped. */
class Models implements ModelSource {
  readonly stopped: unknown[] = [];
  listener = () => {};
  default_model = "m";

  async generate(
    { prompt }: { prompt: string },
    { onText, signal }: { onText: (text: string) => void; signal: AbortSignal },
  ) {
    if (prompt === "busy") throw new BusyError("full", 1500.5);
    if (prompt === "bug") throw new TypeError("a bug");
    for (const word of prompt.split(" ")) onText(word);
    if (prompt !== "wait") return { finish_reason: "stop", stats: STATS };
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
      .finally(() => this.stopped.push(signal.reason));
    throw new Error("not reached");
  }

  embed({ inputs }: { inputs: string[] }) {
    return Promise.resolve({
      model: "m",
      embeddings: inputs.map((input) => ({ values: [input.length] })),
      prompt_tokens: 3,
    });
  }

  calibrate() {
    return Promise.resolve({ device_id: "", device_name: "", model: "m", rates: null, runs: [STATS] });
  }

  report(): ModelReport {
    return { models: [], default_model: this.default_model, parallel: 1, queue: 2 };
  }

  load(): ModelLoad {
    return { running: 1, waiting: 2, backlog_ms: 3 };
  }

  onReport(listener: () => void): () => void {
    this.listener = listener;
    return () => this.listener = () => {};
  }
}

async function rig(models: ModelSource | null = new Models()) {
  const told: unknown[] = [];
  const peers = new Peers(
    {
      find: (device_id) => ({ info: { device_id, device_name: "the device" } as DeviceInfo, sample: SAMPLE }),
      setLink: () => {},
      setOffline: () => {},
      sampleReceived: () => {},
    },
    { deviceId: "coordinator", deviceName: "the coordinator" },
    {
      hasModel: () => true,
      reported: (_deviceId, { default_model }) => told.push(default_model),
      loaded: (_deviceId, { running, waiting }) => told.push(running + waiting),
      forget: (deviceId) => told.push(`${deviceId} is gone`),
    },
  );
  const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
  peers.accept(down, "attached");
  const work: WorkSource = {
    kinds: [],
    runTask: ({ input }) => ({ ok: true, output: input, error: "", error_code: "", time_ms: 0 }),
    runCommand: () => Promise.reject(new Error("not called")),
    sample: () => SAMPLE,
    models: models ?? undefined,
  };
  const session = new WorkerSession(up, { deviceId: "d", instanceId: "i", work, held: new HeldAttempts(work) });
  session.start();
  await session.welcomed;
  const say = async (prompt: string, signal?: AbortSignal) => {
    const pieces: string[] = [];
    const answer = await peers.order("d", { generate: generateRequest({ prompt }) }, {
      onText: (text) => pieces.push(text),
      signal,
    });
    return { pieces, end: answer.end };
  };
  return { peers, session, told, say, [Symbol.asyncDispose]: () => session.leave(0) };
}

/** Lets batches reach the other side and their answers come back. */
async function turn(): Promise<void> {
  for (let hop = 0; hop < 5; hop++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

Deno.test("a device's models say what they are asked for, piece by piece, several at a time", async () => {
  await using one = await rig();
  const answers = await Promise.all([one.say("a b"), one.say("c")]);
  assertEquals(answers, [
    { pieces: ["a", "b"], end: { finish_reason: "stop", stats: STATS } },
    { pieces: ["c"], end: { finish_reason: "stop", stats: STATS } },
  ]);
  const embedded = await one.peers.order("d", { embed: { model: "", inputs: ["ab"], device_id: "" } }, {});
  assertEquals(embedded.embedded?.embeddings, [{ values: [2] }]);
  const calibrated = await one.peers.order("d", { calibrate: { device_id: "", model: "" } }, {});
  assertEquals(calibrated.calibrated?.runs, [STATS]);
});

Deno.test("what the device's models are and have to do comes with the first batch, changes at once", async () => {
  const models = new Models();
  await using one = await rig(models);
  assertEquals(one.told, ["m", 3]);
  models.default_model = "";
  models.listener();
  await turn();
  assertEquals(one.told, ["m", 3, ""]);
});

Deno.test("a caller that goes away stops the generation on the device", async () => {
  const models = new Models();
  await using one = await rig(models);
  const caller = new AbortController();
  const run = one.say("wait", caller.signal);
  await turn();
  const gone = new MeshError("CANCELLED", "the caller went away");
  caller.abort(gone);
  assertEquals(await assertRejects(() => run, MeshError), gone);
  await turn();
  assertEquals(models.stopped.map((reason) => (reason as MeshError).code), ["CANCELLED"]);
  const late = await assertRejects(() => one.say("a", AbortSignal.abort()), MeshError);
  assertEquals(late.code, "CANCELLED");
});

Deno.test("generations end with their stream, on both sides", async () => {
  const models = new Models();
  const one = await rig(models);
  const run = one.say("wait");
  await turn();
  one.peers.stop();
  assertEquals((await assertRejects(() => run, MeshError)).code, "UNAVAILABLE");
  await one.session.closed;
  assertEquals(models.stopped.length, 1);
});

Deno.test("a device that leaves lets a generation end first, and stops it when that takes too long", async () => {
  const models = new Models();
  const one = await rig(models);
  const run = assertRejects(() => one.say("wait"), MeshError);
  await turn();
  await one.session.leave(30);
  assertEquals((await run).code, "UNAVAILABLE");
  assertEquals(models.stopped.length, 1);
  assertEquals((await assertRejects(() => one.say("a"), MeshError)).code, "UNAVAILABLE");
});

Deno.test("failures keep their code, a full queue its time, and a bug goes to the log only", async () => {
  await using one = await rig();
  const busy = await assertRejects(() => one.say("busy"), BusyError);
  assertEquals([busy.message, busy.retryAfterMs], ["full", 1501]);
  const bug = await assertRejects(() => one.say("bug"), MeshError, "internal error");
  assertEquals([bug.code, bug.message.includes("a bug")], ["INTERNAL", false]);
  await using bare = await rig(null);
  const none = await assertRejects(() => bare.say("a"), MeshError, "--no-llm");
  assertEquals(none.code, "UNIMPLEMENTED");
});

Deno.test("embeddings that no message can hold are refused, and the stream goes on", async () => {
  const models = new Models();
  const vector = { values: new Array<number>(4096).fill(0.5) };
  models.embed = ({ inputs }) =>
    Promise.resolve({ model: "m", embeddings: inputs.map(() => vector), prompt_tokens: 1 });
  await using one = await rig(models);
  const ask = (count: number) => {
    const embed = { model: "", inputs: new Array<string>(count).fill("x"), device_id: "" };
    return one.peers.order("d", { embed }, {});
  };
  const refused = await assertRejects(() => ask(1000), MeshError, "ask for fewer at once");
  assertEquals(refused.code, "INVALID_ARGUMENT");
  assertEquals((await ask(500)).embedded?.embeddings.length, 500);
});
