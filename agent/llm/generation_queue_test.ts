import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { BusyError, MeshError } from "../core/errors.ts";
import { GenerationQueue, type Turn } from "./generation_queue.ts";

const work = (predictedMs = 0) => ({ predictedMs, characters: 1 });

/** Lets promises that are settled be heard of. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Asks for turns under names, and knows who has one. */
class Callers {
  readonly having: string[] = [];
  readonly turns = new Map<string, Turn>();

  constructor(private readonly queue: GenerationQueue) {}

  ask(name: string, signal?: AbortSignal): void {
    this.queue.take(work(), signal).then((turn) => {
      this.having.push(name);
      this.turns.set(name, turn);
    });
  }

  async end(name: string): Promise<void> {
    this.turns.get(name)?.[Symbol.dispose]();
    await settled();
  }
}

Deno.test("so many run at once as the device allows; the others follow in the order in which they came", async () => {
  const queue = new GenerationQueue({ parallel: 2, queue: 10 });
  const callers = new Callers(queue);
  for (const name of ["a", "b", "c", "d", "e"]) callers.ask(name);
  await settled();
  assertEquals([callers.having, queue.running, queue.waiting], [["a", "b"], 2, 3]);
  await callers.end("b");
  assertEquals(callers.having, ["a", "b", "c"]);
  for (const name of ["a", "c", "d", "e"]) await callers.end(name);
  assertEquals(callers.having, ["a", "b", "c", "d", "e"]);
  assertEquals([queue.running, queue.waiting], [0, 0]);
});

Deno.test("a turn that is given back twice frees one place", async () => {
  const queue = new GenerationQueue({ parallel: 1, queue: 10 });
  const callers = new Callers(queue);
  for (const name of ["a", "b", "c"]) callers.ask(name);
  await settled();
  await callers.end("a");
  await callers.end("a");
  assertEquals([callers.having, queue.running, queue.waiting], [["a", "b"], 1, 1]);
});

Deno.test("a caller who goes away while waiting gives the place up", async () => {
  const queue = new GenerationQueue({ parallel: 1, queue: 1 });
  using _running = await queue.take(work());
  const caller = new AbortController();
  const waiting = queue.take(work(), caller.signal);
  caller.abort(new MeshError("CANCELLED", "gone"));
  assertEquals((await assertRejects(() => waiting, MeshError)).message, "gone");
  assertEquals(queue.waiting, 0);
  await assertRejects(() => queue.take(work(), caller.signal), MeshError, "gone");
  assertEquals([queue.running, queue.waiting], [1, 0]);
});

Deno.test("past the queue's length a caller is told that the device is busy, and when to come again", async () => {
  const queue = new GenerationQueue({ parallel: 1, queue: 1 });
  using _running = await queue.take(work(60_000));
  const caller = new AbortController();
  const waiting = queue.take(work(), caller.signal);
  const busy = await assertRejects(() => queue.take(work()), BusyError);
  assertEquals(busy.code, "RESOURCE_EXHAUSTED");
  assert(busy.message.startsWith("this device has as many prompts as it takes (1 under way, 1 waiting); try again in"));
  assert(busy.retryAfterMs > 30_000 && busy.retryAfterMs <= 60_000, `${busy.retryAfterMs}`);
  caller.abort(new Error("over"));
  await assertRejects(() => waiting, Error, "over");
});

Deno.test("who is turned away is never told to come at once", async () => {
  const queue = new GenerationQueue({ parallel: 1, queue: 0 });
  using _running = await queue.take(work(0));
  assertEquals((await assertRejects(() => queue.take(work()), BusyError)).retryAfterMs, 1000);
});

Deno.test("a task waits for its turn where others are turned away", async () => {
  const queue = new GenerationQueue({ parallel: 1, queue: 0 });
  const running = await queue.take(work());
  await assertRejects(() => queue.take(work()), BusyError);
  const task = queue.take({ ...work(), alwaysWaits: true });
  assertEquals([queue.running, queue.waiting], [1, 1]);
  running[Symbol.dispose]();
  using _turn = await task;
  assertEquals([queue.running, queue.waiting], [1, 0]);
});

Deno.test("long prompts fill the queue before its places are taken", async () => {
  const queue = new GenerationQueue({ parallel: 1, queue: 1000 });
  using _running = await queue.take(work());
  const caller = new AbortController();
  const long = { predictedMs: 0, characters: 200 * 1024 * 1024 };
  const waiting = queue.take(long, caller.signal);
  await assertRejects(() => queue.take(long), BusyError);
  assertEquals(queue.waiting, 1);
  caller.abort(new Error("over"));
  await assertRejects(() => waiting, Error, "over");
  const next = new AbortController();
  const taken = queue.take(long, next.signal);
  assertEquals(queue.waiting, 1);
  next.abort(new Error("over"));
  await assertRejects(() => taken, Error, "over");
});

Deno.test("the backlog is what is left of those that run, and all that waits", async () => {
  const queue = new GenerationQueue({ parallel: 2, queue: 10 });
  assertEquals(queue.backlogMs, 0);
  const late = await queue.take(work(0));
  const running = await queue.take(work(100_000));
  const caller = new AbortController();
  const waiting = [50_000, 30_000].map((ms) => queue.take(work(ms), caller.signal));
  const { backlogMs } = queue;
  assert(backlogMs > 90_000 && backlogMs <= 100_000, `${backlogMs}`);
  caller.abort(new Error("over"));
  for (const turn of waiting) await assertRejects(() => turn, Error);
  running[Symbol.dispose]();
  // What is late may take as long again as it is late.
  assert(queue.backlogMs > 0 && queue.backlogMs < 10_000, `${queue.backlogMs}`);
  late[Symbol.dispose]();
  assertEquals(queue.backlogMs, 0);
});

Deno.test("whoever listens hears of every change of what runs and waits", async () => {
  const seen: string[] = [];
  const queue: GenerationQueue = new GenerationQueue(
    { parallel: 1, queue: 10 },
    () => seen.push(`${queue.running}+${queue.waiting}`),
  );
  const first = await queue.take(work());
  const second = queue.take(work());
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  assertEquals(seen, ["1+0", "1+1", "1+0", "0+0"]);
});
