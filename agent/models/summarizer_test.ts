import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../tests/assert.ts";
import { BusyError, MeshError } from "../core/errors.ts";
import type { GenerateRequest, GenerationEnd } from "../../proto/messages.ts";
import type { GenerationLimits, GenerationWatch } from "./gateway.ts";
import { ModelDirectory } from "./model_directory.ts";
import { device, model, report } from "./rig.ts";
import { Summarizer } from "./summarizer.ts";

type Behaviour = (say: (text: string) => void, signal: AbortSignal) => void | Promise<void>;

/** Models that do as they are told, under the names of their devices. A request goes to the first device that has its model. */
class Mesh {
  readonly asked: string[] = [];
  readonly requests: GenerateRequest[] = [];
  readonly directory: ModelDirectory;
  readonly summarizer: Summarizer;
  readonly #devices: readonly string[];

  constructor(
    private readonly behaviours: Readonly<Record<string, Readonly<Record<string, Behaviour>>>>,
    { sizes = {}, busyMs }: { sizes?: Readonly<Record<string, string>>; busyMs?: number } = {},
  ) {
    this.#devices = Object.keys(behaviours);
    this.directory = new ModelDirectory(() => this.#devices.map((name) => ({ info: device(name) })));
    for (const [name, models] of Object.entries(behaviours)) {
      const served = Object.keys(models).map((one) => model(one, 50, { parameter_size: sizes[one] ?? "1B" }));
      this.directory.reported(`id-${name}`, report(served));
    }
    this.summarizer = new Summarizer(this.directory, this, busyMs);
  }

  async generate(request: GenerateRequest, watch: GenerationWatch, { signal }: GenerationLimits) {
    const able = this.#devices.filter((name) => this.behaviours[name]?.[request.model]);
    const deviceName = able.find((name) => !request.device_id || `id-${name}` === request.device_id);
    if (deviceName === undefined) throw new MeshError("NOT_FOUND", "no such model");
    this.asked.push(`${request.model} on ${deviceName}`);
    this.requests.push(request);
    const guess = { predicted_ms: 1, load_ms: 0, queue_ms: 0 };
    watch.onStart({ device_id: `id-${deviceName}`, device_name: deviceName, model: request.model, ...guess });
    await this.behaviours[deviceName]?.[request.model]?.((text) => watch.onText(text), signal);
    return END;
  }

  summarize(signal = new AbortController().signal, total = 2): Promise<string> {
    const outputs = Array.from({ length: total }, (_, at) => ({ deviceName: "desk", output: `out ${at}` }));
    return this.summarizer.summarize("look around", outputs, total, { signal });
  }
}

const END: GenerationEnd = { finish_reason: "stop", stats: null };

const says = (...pieces: string[]): Behaviour => (say) => pieces.forEach(say);

/** Says something, then fails: on the first times, or on all. */
function fails(error: MeshError, { times = Infinity, before = "" } = {}): Behaviour {
  return (say) => {
    say(before);
    if (times-- > 0) throw error;
    say("now");
  };
}

const brokeOff = new MeshError("UNAVAILABLE", "desk: it broke off");
const busy = new BusyError("desk: its queue is full", 1);
const SIZES = { sizes: { big: "70B", middle: "8B", small: "500M" } };

Deno.test("the largest model summarizes, and the first line says who did it, and of how much", async () => {
  const mesh = new Mesh({ desk: { small: says("no") }, hall: { big: says(" all ", "is well\n") } }, SIZES);
  assertEquals(await mesh.summarize(), "=== summary by big on hall of 2 outputs ===\nall is well");
  const [request] = mesh.requests;
  assertEquals([request?.model, request?.max_tokens, request?.device_id], ["big", 1024, ""]);
  assertStringIncludes(request?.messages[1]?.content ?? "", "--- output of desk ---\nout 1");
});

Deno.test("a summary of outputs that have no room says how many it is of, and how many were cut", async () => {
  const mesh = new Mesh({ desk: { m: says("well") } });
  const [many = ""] = (await mesh.summarize(undefined, 10_000)).split("\n");
  const [, shown] = /^=== summary by m on desk of the first (\d+) of 10000 outputs ===$/.exec(many) ?? [];
  assertEquals(mesh.requests[0]?.messages[1]?.content.split("--- output of").length, Number(shown) + 1);

  const { signal } = new AbortController();
  const short = { deviceName: "desk", output: "short" };
  const long = { deviceName: "desk", output: "x".repeat(50_000) };
  const first = async (outputs: (typeof short)[]) =>
    (await mesh.summarizer.summarize("", outputs, outputs.length, { signal })).split("\n")[0];
  assertEquals(await first([short, long]), "=== summary by m on desk of 2 outputs (of 1 their beginnings only) ===");
  assertEquals(await first([long, long]), "=== summary by m on desk of 2 outputs (their beginnings only) ===");
});

Deno.test("a model that fails is followed by the next largest one, and nothing of what it said is kept", async () => {
  const mesh = new Mesh({
    desk: { small: says("never asked"), big: fails(brokeOff, { before: "half of" }) },
    hall: { middle: says("well") },
  }, SIZES);
  assertEquals(await mesh.summarize(), "=== summary by middle on hall of 2 outputs ===\nwell");
  assertEquals(mesh.asked, ["big on desk", "middle on hall"]);
});

Deno.test("a device that fails in the middle of a summary is followed by another one that has the same model", async () => {
  const mesh = new Mesh({
    desk: { big: fails(brokeOff, { before: "half of" }), small: says("no") },
    hall: { big: says("well") },
  }, SIZES);
  assertEquals(await mesh.summarize(), "=== summary by big on hall of 2 outputs ===\nwell");
});

Deno.test("a model that writes nothing has failed", async () => {
  const alone = new Mesh({ desk: { m: says(" ", "\n") } });
  await assertRejects(() => alone.summarize(), MeshError, "m: desk: the model wrote nothing");
  const two = new Mesh({ desk: { big: says(), small: says("well") } }, SIZES);
  assertEquals(await two.summarize(), "=== summary by small on desk of 2 outputs ===\nwell");
});

Deno.test("a model that never stops writing is stopped, and its text is no summary", async () => {
  let pieces = 0;
  const endless: Behaviour = (say, signal) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      while (!signal.aborted && pieces < 100_000) {
        pieces++;
        say("x".repeat(1024));
      }
    });
  const mesh = new Mesh({ desk: { m: endless } });
  const message = "m: desk: the model wrote more than 65536 characters";
  await assertRejects(() => mesh.summarize(), MeshError, message);
  assertEquals(pieces, 65);
  // Nor is one that cannot be stopped any more when it is known to be too long.
  const atOnce = new Mesh({ desk: { m: says("x".repeat(65_537), "x") } });
  await assertRejects(() => atOnce.summarize(), MeshError, message);
  const full = new Mesh({ desk: { m: says("x".repeat(65_536)) } });
  assertEquals((await full.summarize()).length, 65_536 + "=== summary by m on desk of 2 outputs ===\n".length);
});

Deno.test("a busy model is waited for", async () => {
  const mesh = new Mesh({ desk: { big: fails(busy, { times: 2 }), small: says("no") } }, SIZES);
  assertEquals(await mesh.summarize(), "=== summary by big on desk of 2 outputs ===\nnow");
  assertEquals(mesh.asked, ["big on desk", "big on desk", "big on desk"]);
});

Deno.test("a model that stays busy gives way to the next one, and is asked again when that has failed", async () => {
  const other = new Mesh({ desk: { big: fails(busy), small: says("well") } }, { ...SIZES, busyMs: 5 });
  assertEquals(await other.summarize(), "=== summary by small on desk of 2 outputs ===\nwell");
  const again = new Mesh(
    { desk: { big: fails(busy, { times: 2 }), small: fails(brokeOff) } },
    { ...SIZES, busyMs: 5 },
  );
  assertEquals(await again.summarize(), "=== summary by big on desk of 2 outputs ===\nnow");
  assertEquals(again.asked.slice(1), ["big on desk", "small on desk", "big on desk"]);
});

Deno.test("who waits for a busy model can stop waiting", async () => {
  const caller = new AbortController();
  const reason = new MeshError("CANCELLED", "the job was cancelled");
  const mesh = new Mesh({
    desk: {
      m: () => {
        queueMicrotask(() => caller.abort(reason));
        throw new BusyError("full", 3_600_000);
      },
    },
  });
  assertEquals(await mesh.summarize(caller.signal).catch((error) => error), reason);
});

Deno.test("where all models fail, it is said of each why, in a line that does not grow with them", async () => {
  const failing = (name: string) => fails(new MeshError("INTERNAL", `${name}: it\nbroke ${"x".repeat(10_000)}`));
  const few = new Mesh({ desk: { big: failing("desk") }, hall: { small: fails(brokeOff) } }, SIZES);
  const two = await assertRejects(() => few.summarize(), MeshError, "big: desk: it broke xxx");
  assertStringIncludes(two.message, "…; small: desk: it broke off");
  const many = new Mesh({ desk: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`m${n}`, failing("desk")])) });
  const { message } = await assertRejects(() => many.summarize(), MeshError, "; and 47 more failed");
  assert(message.length < 1000, `${message.length} characters`);
  assertEquals(many.asked.length, 50);
});

Deno.test("where no device has a model that writes text, that is said", async () => {
  const mesh = new Mesh({ desk: {} });
  assertEquals(mesh.summarizer.isAvailable, false);
  await assertRejects(() => mesh.summarize(), MeshError, "no device that is online has a local model");
});
