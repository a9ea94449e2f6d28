import { assert, assertEquals } from "../../tests/assert.ts";
import type { StatusSample, TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { type CoordinatorBatch, coordinatorBatch, type WorkerBatch } from "./batches.ts";
import { type BatchChannel, channelPair } from "./channel.ts";
import { type AttemptResult, HeldAttempts, TASK_SLOTS } from "./held_attempts.ts";
import { WorkerSession, type WorkSource } from "./worker_session.ts";

const SAMPLE: StatusSample = { cpu_load: 0.25, mem_used_mb: 1, mem_total_mb: 4, ram_free_mb: 3 };
const KINDS = [{ kind: "ECHO", slots: 512 }, { kind: "WAIT", slots: 8 }];

/** A device: ECHO answers at once, WAIT when the test says so or with its signal. */
class Device {
  readonly begun: string[] = [];
  readonly timeouts: number[] = [];
  readonly commandSignals: AbortSignal[] = [];
  readonly #waiting = new Map<string, (result: AttemptResult) => void>();
  readonly work: WorkSource = {
    kinds: KINDS,
    runTask: (task, signal) => this.#run(task, signal),
    runCommand: (_command, _args, { signal }) => {
      this.commandSignals.push(signal);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
    sample: () => SAMPLE,
  };
  readonly held = new HeldAttempts(this.work);

  end(input: string): void {
    this.#waiting.get(input)?.(done(`end of ${input}`));
  }

  /** A new stream to the same device. */
  attach(): Stream {
    return new Stream(this);
  }

  #run(
    task: { kind: string; input: string; timeoutMs: number },
    signal: AbortSignal,
  ): AttemptResult | Promise<AttemptResult> {
    const { kind, input, timeoutMs } = task;
    this.begun.push(input);
    this.timeouts.push(timeoutMs);
    if (kind === "ECHO") return done(input);
    return new Promise((resolve, reject) => {
      this.#waiting.set(input, resolve);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }
}

/** The coordinator's end of a stream: what it heard, and its count of credits. */
class Stream {
  readonly session: WorkerSession;
  readonly batches: WorkerBatch[] = [];
  readonly outcomes: TaskOutcome[] = [];
  /** Granted and not used up. */
  credits = 0;
  readonly #down: BatchChannel<CoordinatorBatch, WorkerBatch>;

  constructor(device: Device) {
    const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
    this.#down = down;
    down.listen({
      onBatch: (batch) => {
        this.batches.push(batch);
        this.outcomes.push(...batch.outcomes);
        this.credits += batch.credits;
      },
      onDrain: () => {},
      onClose: () => {},
    });
    const { work, held } = device;
    this.session = new WorkerSession(up, { deviceId: "device", instanceId: "start", work, held });
    this.session.start();
  }

  send(batch: Partial<CoordinatorBatch>): void {
    this.credits -= batch.tasks?.length ?? 0;
    this.#down.send(coordinatorBatch(batch));
  }

  acknowledge(outcomes: readonly TaskRef[]): void {
    this.send({ acknowledged: outcomes.map(refOf) });
  }

  async cut(): Promise<void> {
    this.#down.close();
    await this.session.closed;
  }

  get hello() {
    return this.batches[0]?.hello;
  }
}

function done(output: string): AttemptResult {
  return { ok: true, output, error: "", error_code: "", time_ms: 1 };
}

function task(task_id: string, part: Partial<TaskAssignment> = {}): TaskAssignment {
  return {
    job_id: "job",
    task_id,
    attempt: 1,
    kind: "WAIT",
    input: task_id,
    timeout_ms: 0,
    lease: 0,
    max_output_tokens: 0,
    trace_parent: "",
    ...part,
  };
}

function refOf({ job_id, task_id, attempt }: TaskRef): TaskRef {
  return { job_id, task_id, attempt };
}

/** Lets batches reach the other side and their answers come back. */
async function turn(): Promise<void> {
  for (let hop = 0; hop < 5; hop++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

const ids = (refs: readonly TaskRef[]) => refs.map((ref) => ref.task_id).sort();

Deno.test("a device says what it runs and what it can take, and hands each task its time limit", async () => {
  const device = new Device();
  const stream = device.attach();
  await turn();
  assertEquals(stream.hello, { device_id: "device", instance_id: "start", kinds: KINDS, held: [] });
  assertEquals(stream.batches[0]?.credits, 512);
  stream.send({ tasks: [task("a", { kind: "ECHO" }), task("b", { kind: "ECHO", timeout_ms: 3000 })] });
  await turn();
  assertEquals(stream.outcomes.map(({ output }) => output), ["a", "b"]);
  assertEquals(device.timeouts, [0, 3000]);
  assertEquals(stream.credits, TASK_SLOTS);
  await stream.cut();
});

Deno.test("a broken stream stops no task; the next one names what runs and brings what ended meanwhile", async () => {
  const device = new Device();
  const first = device.attach();
  first.send({ tasks: [task("acknowledged"), task("lost"), task("meanwhile"), task("running")] });
  await turn();
  device.end("acknowledged");
  device.end("lost");
  await turn();
  first.acknowledge(first.outcomes.filter(({ task_id }) => task_id === "acknowledged"));
  await turn();
  await first.cut();
  device.end("meanwhile");
  await turn();

  const second = device.attach();
  await turn();
  assertEquals(ids(second.hello?.held ?? []), ["lost", "meanwhile", "running"]);
  assertEquals(second.batches[0]?.outcomes, []);
  assertEquals(second.batches[0]?.credits, TASK_SLOTS - 1);
  assertEquals(ids(second.outcomes), ["lost", "meanwhile"]);
  assertEquals(second.credits, TASK_SLOTS - 1);
  device.end("running");
  await turn();
  assertEquals(second.outcomes.at(-1)?.output, "end of running");
  assertEquals(second.credits, TASK_SLOTS);
  assertEquals(ids(second.outcomes).length, 3);
  second.acknowledge(second.outcomes);
  await turn();
  await second.cut();

  const third = device.attach();
  await turn();
  assertEquals(third.hello?.held, []);
  assertEquals([third.credits, third.outcomes], [TASK_SLOTS, []]);
  await third.cut();
});

Deno.test("many outcomes that were not acknowledged come again in batches of limited size", async () => {
  const device = new Device();
  const first = device.attach();
  const large = "x".repeat(100_000);
  first.send({ tasks: Array.from({ length: 50 }, (_, n) => task(`t${n}`, { kind: "ECHO", input: large })) });
  await turn();
  await first.cut();
  const second = device.attach();
  await turn();
  assertEquals(second.outcomes.length, 50);
  for (const { outcomes } of second.batches) {
    const size = outcomes.reduce((sum, { output }) => sum + output.length, 0);
    assert(size <= 1_048_576, `a batch of ${size} characters`);
  }
  await second.cut();
});

Deno.test("no attempt runs twice, whether it runs, has ended or is acknowledged, and none of them costs a credit", async () => {
  const device = new Device();
  const stream = device.attach();
  const running = task("running");
  const ended = task("ended", { kind: "ECHO" });
  const acknowledged = task("acknowledged", { kind: "ECHO" });
  stream.send({ tasks: [running, ended, acknowledged] });
  await turn();
  stream.acknowledge([acknowledged]);
  await turn();
  const before = stream.outcomes.length;
  stream.send({ tasks: [running, ended, acknowledged] });
  await turn();
  assertEquals(device.begun.length, 3);
  assertEquals(stream.outcomes.slice(before).map(({ task_id }) => task_id), ["ended"]);
  assertEquals(stream.credits, TASK_SLOTS - 1);
  // Another attempt at the same task is a new one, and so is the same task of another job.
  stream.send({ tasks: [{ ...acknowledged, attempt: 2 }, { ...acknowledged, job_id: "another" }] });
  await turn();
  assertEquals(device.begun.length, 5);
  device.end("running");
  await turn();
  assertEquals(stream.credits, TASK_SLOTS);
  await stream.cut();
  const again = device.attach();
  again.send({ tasks: [running, ended, acknowledged] });
  await turn();
  assertEquals(device.begun.length, 5);
  assertEquals(again.credits, TASK_SLOTS);
  await again.cut();
});

Deno.test("a cancelled attempt is stopped and answered for as cancelled, even when it comes with its cancellation", async () => {
  const device = new Device();
  const stream = device.attach();
  stream.send({ tasks: [task("a"), task("other")] });
  await turn();
  stream.send({ cancelled_tasks: [refOf(task("a"))] });
  stream.send({ tasks: [task("b")], cancelled_tasks: [refOf(task("b")), refOf(task("unknown"))] });
  await turn();
  assertEquals(stream.outcomes.map(({ task_id, ok, error, error_code }) => [task_id, ok, error, error_code]), [
    ["a", false, "cancelled", "CANCELLED"],
    ["b", false, "cancelled", "CANCELLED"],
  ]);
  assertEquals(stream.credits, TASK_SLOTS - 1);
  // What has ended stays as it is.
  stream.send({ cancelled_tasks: [refOf(task("a"))] });
  device.end("other");
  await turn();
  assertEquals(stream.outcomes.at(-1)?.output, "end of other");
  assertEquals([stream.outcomes.length, stream.credits], [3, TASK_SLOTS]);
  await stream.cut();
});

Deno.test("commands end with their stream: their callers are gone", async () => {
  const device = new Device();
  const stream = device.attach();
  const nobody = { trace_parent: "", client_name: "", peer: "" };
  const command = { order_id: "1", command: "sleep", args: ["60"], timeout_ms: 0, ...nobody };
  stream.send({ commands: [command], tasks: [task("a")] });
  await turn();
  await stream.cut();
  assertEquals(device.commandSignals.map(({ aborted }) => aborted), [true]);
  assertEquals(device.held.running, 1);
  device.end("a");
  await turn();
  assertEquals(device.held.running, 0);
});

Deno.test("a coordinator that goes on purpose stops no task either", async () => {
  const device = new Device();
  const stream = device.attach();
  stream.send({ tasks: [task("a")] });
  await turn();
  stream.send({ closing: true });
  assertEquals((await stream.session.closed)?.message, "the coordinator is stopping");
  device.end("a");
  await turn();
  const again = device.attach();
  await turn();
  assertEquals(again.outcomes.map(({ output }) => output), ["end of a"]);
  await again.cut();
});

Deno.test("a device that leaves ends what is left, says that it was it, and takes nothing more", async () => {
  const device = new Device();
  const stream = device.attach();
  stream.send({ tasks: [task("ends"), task("stays")] });
  await turn();
  const left = stream.session.leave(20);
  device.end("ends");
  await left;
  await stream.session.closed;
  assertEquals(stream.outcomes.map(({ output, error_code }) => output || error_code), ["end of ends", "UNAVAILABLE"]);
  assertEquals(stream.outcomes[1]?.error, "the device is leaving the mesh");
  assert(device.held.begin(task("late")));
  assertEquals(device.held.outcome(task("late"))?.error_code, "UNAVAILABLE");
  await device.held.stop("again");
});

Deno.test("a device whose stream is gone can be stopped: nothing runs on", async () => {
  const device = new Device();
  const stream = device.attach();
  stream.send({ tasks: [task("a")] });
  await turn();
  await stream.cut();
  await device.held.stop("the device is leaving the mesh");
  assertEquals([device.held.running, device.held.outcome(task("a"))?.error_code], [0, "UNAVAILABLE"]);
});

Deno.test("more tasks than a device takes are refused, and it says so", async () => {
  const device = new Device();
  const stream = device.attach();
  stream.send({ tasks: Array.from({ length: TASK_SLOTS + 2 }, (_, n) => task(`t${n}`)) });
  await turn();
  assertEquals(stream.outcomes.map(({ error_code }) => error_code), ["RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED"]);
  assertEquals([device.begun.length, stream.credits], [TASK_SLOTS, 0]);
  for (const input of device.begun) device.end(input);
  await turn();
  assertEquals(stream.credits, TASK_SLOTS);
  await stream.cut();
});

Deno.test("a task that throws is a failure with its code", async () => {
  const device = new Device();
  const errors = [new Error("no luck"), new MeshError("PERMISSION_DENIED", "not allowed")];
  for (const fail of [(error: Error) => Promise.reject(error), (error: Error) => thrown(error)]) {
    const queue = [...errors];
    const held = new HeldAttempts({ runTask: () => fail(queue.shift() ?? new Error("?")) });
    const outcomes: TaskOutcome[] = [];
    held.listen((outcome) => outcomes.push(outcome));
    for (const id of ["a", "b"]) assert(held.begin(task(id)));
    await turn();
    assertEquals(outcomes.map(({ error, error_code }) => [error, error_code]), [
      ["no luck", ""],
      ["not allowed", "PERMISSION_DENIED"],
    ]);
  }
  assertEquals(device.held.running, 0);
});

function thrown(error: Error): never {
  throw error;
}

Deno.test("credits add up after any mix of doubles, cancellations, acknowledgements and broken streams", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  try {
    await mix(randomFrom(seed));
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
});

async function mix(random: (below: number) => number): Promise<void> {
  const device = new Device();
  let stream = device.attach();
  const given: TaskAssignment[] = [];
  const some = () => given[random(given.length)];
  for (let step = 0; step < 400; step++) {
    const known = some();
    const action = known ? random(7) : 0;
    if (action <= 1) {
      const fresh = task(`t${given.length}`, { kind: random(2) === 0 ? "ECHO" : "WAIT", attempt: 1 + random(3) });
      given.push(fresh);
      stream.send({ tasks: [fresh] });
    } else if (known && action === 2) stream.send({ tasks: [known] });
    else if (known && action === 3) stream.send({ cancelled_tasks: [refOf(known)] });
    else if (known && action === 4) device.end(known.input);
    else if (known && action === 5 && device.held.outcome(known)) stream.acknowledge([known]);
    else if (action === 6 && random(4) === 0) {
      await turn();
      await stream.cut();
      for (let n = random(4); n > 0; n--) device.end(some()?.input ?? "");
      stream = device.attach();
      await turn();
      assertEquals(stream.hello?.held.length, device.held.running + device.held.unacknowledged);
    }
    if (random(5) === 0) await turn();
  }
  await turn();
  assertEquals(stream.credits + device.held.running, TASK_SLOTS);
  assertEquals(new Set(device.begun).size, device.begun.length);
  for (const { input } of given) device.end(input);
  await turn();
  assertEquals([stream.credits, device.held.running], [TASK_SLOTS, 0]);
  await stream.cut();
  const last = device.attach();
  await turn();
  // Nothing is lost: all that is not acknowledged comes again.
  assertEquals(new Set(last.outcomes.map((outcome) => outcome.task_id)).size, device.held.unacknowledged);
  last.acknowledge(last.outcomes);
  await turn();
  assertEquals([device.held.unacknowledged, last.credits], [0, TASK_SLOTS]);
  await last.cut();
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
