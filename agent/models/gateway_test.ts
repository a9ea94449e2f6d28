import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { BusyError, MeshError } from "../core/errors.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { generateRequest } from "../llm/generate_request.ts";
import type { DeviceInfo, GenerationStart, ModelAnswer, ModelReport } from "../../proto/messages.ts";
import { Backlog } from "./backlog.ts";
import { CoolDown } from "./cool_down.ts";
import { ModelGateway, type ModelLinks } from "./gateway.ts";
import { ModelDirectory } from "./model_directory.ts";
import { PredictionLog } from "./prediction_log.ts";
import { Predictor } from "./predictor.ts";
import { device, model, report } from "./rig.ts";

type Behaviour = (say: (text: string) => void, signal: AbortSignal, model: string) => Promise<Partial<ModelAnswer>>;

/** Devices whose models do as they are told, under the real gateway. */
class Rig {
  readonly asked: string[] = [];
  readonly predictions = new PredictionLog(new MemoryStore());
  readonly backlog = new Backlog();
  /** Of the time that devices cool down by, in ms. */
  now = 0;
  readonly gateway: ModelGateway;
  readonly directory: ModelDirectory;

  constructor(
    readonly devices: Record<
      string,
      { readonly report: ModelReport; readonly behaviour?: Behaviour; readonly info?: DeviceInfo }
    >,
    readonly offline: readonly string[] = [],
  ) {
    const online = Object.keys(devices).filter((name) => !offline.includes(name)).map((name) => ({
      info: this.#info(name),
    }));
    this.directory = new ModelDirectory(() => online);
    for (const [name, { report }] of Object.entries(devices)) this.directory.reported(`id-${name}`, report);
    const links: ModelLinks = {
      order: async (deviceId, task, { onText, signal }) => {
        const name = deviceId.slice(3);
        this.asked.push(name);
        const wanted = "generate" in task
          ? task.generate.model
          : "embed" in task
          ? task.embed.model
          : task.calibrate.model;
        const behaviour = devices[name]?.behaviour ?? says("hello");
        return answer(await behaviour(onText ?? (() => {}), signal, wanted));
      },
    };
    this.gateway = new ModelGateway({
      directory: this.directory,
      backlog: this.backlog,
      coolDown: new CoolDown(() => this.now),
      predictor: new Predictor(this.predictions),
      links,
      devices: {
        find: (id) => {
          const name = id.slice(3);
          return devices[name] && { info: this.#info(name), online: !offline.includes(name) };
        },
      },
    });
  }

  async generate(part: Parameters<typeof generateRequest>[0] = {}, signal = new AbortController().signal) {
    const starts: GenerationStart[] = [];
    let text = "";
    const request = generateRequest({ prompt: "x".repeat(400), max_tokens: 100, ...part });
    const watch = { onStart: (start: GenerationStart) => starts.push(start), onText: (piece: string) => text += piece };
    const end = await this.gateway.generate(request, watch, { signal });
    return { starts, text, end };
  }

  #info(name: string): DeviceInfo {
    return this.devices[name]?.info ?? device(name);
  }
}

function answer(part: Partial<ModelAnswer>): ModelAnswer {
  return {
    order_id: "",
    text: "",
    end: null,
    embedded: null,
    calibrated: null,
    error_code: "",
    error_message: "",
    retry_after_ms: 0,
    ...part,
  };
}

function ended(totalMs = 50): Partial<ModelAnswer> {
  const stats = {
    model: "m",
    prompt_tokens: 100,
    output_tokens: 100,
    queue_ms: 0,
    load_ms: 0,
    prefill_ms: 1,
    decode_ms: 1,
  };
  return { end: { finish_reason: "stop", stats: { ...stats, total_ms: totalMs } } };
}

function says(...pieces: string[]): Behaviour {
  return (say) => {
    for (const piece of pieces) say(piece);
    return Promise.resolve(ended());
  };
}

const fails = (error: MeshError, ...before: string[]): Behaviour => (say) => {
  for (const piece of before) say(piece);
  return Promise.reject(error);
};

const unreachable = new MeshError("UNAVAILABLE", "the model server cannot be reached");

Deno.test("a prompt goes to the device that will finish it first: the faster one, unless that has too much to do", async () => {
  const rig = new Rig({ slow: { report: report([model("m", 20)]) }, fast: { report: report([model("m", 100)]) } });
  const { starts, text, end } = await rig.generate();
  assertEquals([starts.map((start) => start.device_name), text, end.finish_reason], [["fast"], "hello", "stop"]);
  // 100 tokens to read at 1000/s, 100 to write at 100/s.
  assertEquals(Math.round(starts[0]?.predicted_ms ?? 0), 1100);
  rig.backlog.add("id-fast", {}, { predictedMs: 3900, model: "m", parallel: 1 });
  assertEquals((await rig.generate()).starts.map((start) => start.device_name), ["fast"]);
  rig.backlog.add("id-fast", {}, { predictedMs: 2000, model: "m", parallel: 1 });
  assertEquals((await rig.generate()).starts.map((start) => start.device_name), ["slow"]);
});

Deno.test("a cold model's load time counts", async () => {
  const rig = new Rig({
    cold: { report: report([model("m", 100, { loaded: false })]) },
    warm: { report: report([model("m", 40)]) },
  });
  const { starts } = await rig.generate();
  assertEquals(starts.map((start) => [start.device_name, start.load_ms]), [["warm", 0]]);
  assertEquals((await rig.generate({ device_id: "id-cold" })).starts[0]?.load_ms, 3000);
});

Deno.test("a device that fails before it has said anything is followed by the next one, and both are told of", async () => {
  const rig = new Rig({
    broken: { report: report([model("m", 100)]), behaviour: fails(unreachable) },
    works: { report: report([model("m", 10)]) },
  });
  const { starts, text } = await rig.generate();
  assertEquals([starts.map((start) => start.device_name), text], [["broken", "works"], "hello"]);
  assertEquals(rig.backlog.queueMs("id-broken", 1), 0);
});

Deno.test("a device that failed just now comes after the others, until it has had time to recover", async () => {
  const rig = new Rig({
    broken: { report: report([model("m", 100)]), behaviour: fails(unreachable) },
    works: { report: report([model("m", 10)]) },
  });
  for (let n = 0; n < 3; n++) await rig.generate();
  assertEquals(rig.asked, ["broken", "works", "works", "works"]);
  rig.now += 16_000;
  await rig.generate();
  assertEquals(rig.asked.slice(4), ["broken", "works"]);
  // Where there is no other, it is asked all the same.
  await assertRejects(() => rig.generate({ device_id: "id-broken" }), MeshError, "cannot be reached");
});

Deno.test("a cold model is loaded for the first of several prompts only", async () => {
  const rig = new Rig({ cold: { report: report([model("m", 100, { loaded: false })]) } });
  const key = {};
  rig.backlog.add("id-cold", key, { predictedMs: 4000, model: "m:latest", parallel: 1 });
  assertEquals((await rig.generate()).starts[0]?.load_ms, 3000);
  rig.backlog.add("id-cold", key, { predictedMs: 4000, model: "m", parallel: 1 });
  assertEquals((await rig.generate()).starts[0]?.load_ms, 0);
});

Deno.test("a device that fails after it has said something is not followed by another one", async () => {
  const rig = new Rig({
    dies: { report: report([model("m", 100)]), behaviour: fails(unreachable, "half a ") },
    works: { report: report([model("m", 10)]) },
  });
  const error = await assertRejects(() => rig.generate(), MeshError);
  assertEquals([error.code, error.message], ["UNAVAILABLE", "dies: the model server cannot be reached"]);
  assertEquals(rig.asked, ["dies"]);
});

Deno.test("an agent that stops asks no other device, and says that it stops", async () => {
  const stopping = new MeshError("UNAVAILABLE", "the agent is stopping");
  const agent = new AbortController();
  const behaviour: Behaviour = (_say, signal) => {
    agent.abort(stopping);
    return Promise.reject(signal.reason);
  };
  const rig = new Rig({
    a: { report: report([model("m", 100)]), behaviour },
    b: { report: report([model("m", 10)]), behaviour },
  });
  assertEquals(await assertRejects(() => rig.generate({}, agent.signal), MeshError), stopping);
  assertEquals(rig.asked, ["a"]);
});

Deno.test("a request that is wrong is not tried on another device", async () => {
  const refused = new MeshError("INVALID_ARGUMENT", "messages: too long");
  const rig = new Rig({
    a: { report: report([model("m", 100)]), behaviour: fails(refused) },
    b: { report: report([model("m", 10)]) },
  });
  await assertRejects(() => rig.generate(), MeshError, "too long");
  assertEquals(rig.asked, ["a"]);
});

Deno.test("when every device fails, the caller hears what each said", async () => {
  const rig = new Rig({
    a: { report: report([model("m", 100)]), behaviour: fails(unreachable) },
    b: { report: report([model("m", 10)]), behaviour: fails(new MeshError("INTERNAL", "out of memory")) },
  });
  const error = await assertRejects(() => rig.generate(), MeshError);
  assertEquals(error.code, "UNAVAILABLE");
  assertEquals(error.message, "no device could do it; a: the model server cannot be reached; b: out of memory");
});

Deno.test("when every device's queue is full, the caller hears when the first has a place", async () => {
  const rig = new Rig({
    a: { report: report([model("m", 100)]), behaviour: fails(new BusyError("full", 7000)) },
    b: { report: report([model("m", 10)]), behaviour: fails(new BusyError("full", 3000)) },
  });
  const error = await assertRejects(() => rig.generate(), BusyError);
  assertEquals(error.retryAfterMs, 3000);
});

Deno.test("a model is asked for by name, with or without its tag, and one of a name on two devices goes to the faster", async () => {
  const rig = new Rig({
    a: { report: report([model("tiny", 100), model("llama:latest", 10)]) },
    b: { report: report([model("llama:latest", 50)]) },
  });
  assertEquals((await rig.generate({ model: "llama" })).starts.map((one) => one.device_name), ["b"]);
  assertEquals((await rig.generate({ model: "tiny" })).starts.map((one) => [one.device_name, one.model]), [[
    "a",
    "tiny",
  ]]);
  assertEquals(rig.gateway.models().map((one) => [one.model?.name, one.device_name, one.is_default]), [
    ["llama:latest", "a", false],
    ["llama:latest", "b", true],
    ["tiny", "a", true],
  ]);
});

Deno.test("what cannot be asked says why, and what there is", async () => {
  const rig = new Rig({
    a: { report: report([model("tiny", 100), model("vectors", 1, { generates: false, embeds: true })]) },
    bare: { report: report([]), info: device("bare", { has_local_model: false }) },
    away: { report: report([model("m", 1)]) },
  }, ["away"]);
  const cases: [Parameters<typeof generateRequest>[0], string, string][] = [
    [{ model: "nope" }, "NOT_FOUND", 'no device that is online has model "nope"; there are: tiny'],
    [{ model: "vectors" }, "FAILED_PRECONDITION", 'model "vectors" generates no text; there are: tiny'],
    [{ device_id: "id-x" }, "NOT_FOUND", 'no device "id-x"'],
    [{ device_id: "id-bare" }, "FAILED_PRECONDITION", "device bare has no local model"],
    [{ device_id: "id-away" }, "UNAVAILABLE", "device away is offline"],
    [{ device_id: "id-a", model: "m" }, "NOT_FOUND", 'device a has no model "m"; there are: tiny'],
  ];
  for (const [request, code, message] of cases) {
    const error = await assertRejects(() => rig.generate(request), MeshError);
    assertEquals([error.code, error.message], [code, message]);
  }
  const empty = new Rig({ bare: { report: report([]), info: device("bare", { has_local_model: false }) } });
  const error = await assertRejects(() => empty.generate(), MeshError);
  assertEquals([error.code, error.message], ["FAILED_PRECONDITION", "no device that is online has a local model"]);
});

Deno.test("when the caller goes away, the device hears of it, and no other is tried", async () => {
  const caller = new AbortController();
  let heard: unknown;
  const rig = new Rig({
    a: {
      report: report([model("m", 100)]),
      behaviour: (_say, signal) =>
        new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            heard = signal.reason;
            reject(signal.reason);
          })
        ),
    },
    b: { report: report([model("m", 10)]) },
  });
  const gone = new MeshError("CANCELLED", "the caller went away");
  const run = rig.generate({}, caller.signal);
  caller.abort(gone);
  assertEquals(await assertRejects(() => run, MeshError), gone);
  assertEquals([heard, rig.asked, rig.backlog.queueMs("id-a", 1)], [gone, ["a"], 0]);
});

Deno.test("what a generation took is learned from: the next prediction is nearer", async () => {
  const rig = new Rig({ a: { report: report([model("m", 100)]), behaviour: () => Promise.resolve(ended(2200)) } });
  assertEquals(Math.round((await rig.generate()).starts[0]?.predicted_ms ?? 0), 1100);
  assertEquals(Math.round((await rig.generate()).starts[0]?.predicted_ms ?? 0), 2200);
  assertEquals(rig.predictions.report().map((one) => [one.model, one.generations, one.median]), [["m", 2, 0.25]]);
});

Deno.test("embeddings come from a device that makes them, one for each input", async () => {
  const embedded = { model: "vectors", embeddings: [{ values: [1, 2] }], prompt_tokens: 3 };
  const rig = new Rig({
    a: { report: report([model("tiny", 100)]) },
    b: {
      report: report([model("vectors", 1, { generates: false, embeds: true })]),
      behaviour: () => Promise.resolve({ embedded }),
    },
  });
  const { signal } = new AbortController();
  const one = await rig.gateway.embed({ model: "", inputs: ["x"], device_id: "" }, { signal });
  assertEquals([one.deviceName, one.response], ["b", embedded]);
  await assertRejects(
    () => rig.gateway.embed({ model: "", inputs: ["x", "y"], device_id: "" }, { signal }),
    MeshError,
    "another number of embeddings",
  );
  await assertRejects(
    () => rig.gateway.embed({ model: "tiny", inputs: ["x"], device_id: "" }, { signal }),
    MeshError,
    'model "tiny" makes no embeddings; there are: vectors',
  );
});

Deno.test("an older device is known by its registration alone", () => {
  const info = device("old", { local_model_name: "phi", llm_prefill_toks_per_s: 50, llm_decode_toks_per_s: 5 });
  const directory = new ModelDirectory(() => [{ info }]);
  assert(directory.hasModel(info));
  const [host] = directory.hosts("", "", "generates");
  assertEquals([host?.model.name, host?.model.rates?.decode_toks_per_s, host?.parallel], ["phi", 5, 1]);
  assertEquals(directory.hasModel(device("bare", { has_local_model: false })), false);
});
