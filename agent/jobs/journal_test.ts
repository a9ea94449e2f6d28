import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import type { JobChange } from "../store/store.ts";
import { Journal } from "./journal.ts";
import { SimulatedTime } from "./simulated_time.ts";

const change = (jobId: string): JobChange => ({ jobId, state: "RUNNING", finishedAt: 0, reason: "" });

/** A store that commits at once, or fails as often as it is told. */
class Commits {
  readonly batches: string[][] = [];
  fail = 0;

  update({ jobs }: { readonly jobs: readonly JobChange[] }): Promise<void> {
    if (this.fail-- > 0) return Promise.reject(new MeshError("RESOURCE_EXHAUSTED", "the disk is full"));
    this.batches.push(jobs.map((job) => job.jobId));
    return Promise.resolve();
  }
}

Deno.test("what is written while a commit is under way shares the next one, in order", async () => {
  const store = new Commits();
  const journal = new Journal(store);
  const first = journal.write({ jobs: [change("a")] });
  const second = first.then(() =>
    Promise.all([journal.write({ jobs: [change("b")] }), journal.write({ jobs: [change("c")] })])
  );
  await second;
  assertEquals(store.batches, [["a"], ["b", "c"]]);
  await journal.close();
});

Deno.test("no write is left behind, however late it comes after the one before", async () => {
  const store = new Commits();
  const journal = new Journal(store);
  for (let microtasks = 0; microtasks < 20; microtasks++) {
    const before = journal.write({ jobs: [change(`before ${microtasks}`)] });
    await before;
    for (let turn = 0; turn < microtasks; turn++) await Promise.resolve();
    await journal.write({ jobs: [change(`after ${microtasks}`)] });
  }
  assertEquals(store.batches.flat().length, 40);
  await journal.close();
});

Deno.test("a write that fails is tried again, at the latest when the journal closes; after that there is none", async () => {
  const store = new Commits();
  store.fail = 1;
  const journal = new Journal(store);
  const written = journal.write({ jobs: [change("a")] });
  await Promise.resolve();
  await journal.close();
  await written;
  assertEquals(store.batches, [["a"]]);
  await assertRejects(() => journal.write({ jobs: [change("b")] }), MeshError, "the agent is stopping");
});

/** A store that fails for a while. */
class FailingStore {
  readonly written: string[] = [];
  failure: MeshError | undefined;
  attempts = 0;

  update({ jobs }: { readonly jobs?: readonly JobChange[] }): Promise<void> {
    this.attempts++;
    if (this.failure) return Promise.reject(this.failure);
    const ids = jobs?.map((job) => job.jobId) ?? [];
    this.written.push(...ids);
    return Promise.resolve();
  }
}

Deno.test("a file that is locked for a while loses nothing, and what was written is in order", async () => {
  using time = new SimulatedTime();
  const store = new FailingStore();
  store.failure = new MeshError("INTERNAL", "another program has it locked");
  const journal = new Journal(store);
  const written = [journal.write({ jobs: [change("a")] })];
  await time.pass(3000);
  written.push(journal.write({ jobs: [change("b")] }));
  await time.pass(3000);
  assertEquals(store.written, []);
  store.failure = undefined;
  written.push(journal.write({ jobs: [change("c")] }));
  await time.pass(1000);
  await Promise.all(written);
  assertEquals(store.written, ["a", "b", "c"]);
  await journal.close();
});

Deno.test("while the disk is full a change is tried again and again, and comes through when there is room", async () => {
  using time = new SimulatedTime();
  const store = new FailingStore();
  store.failure = new MeshError("RESOURCE_EXHAUSTED", "the disk is full");
  const journal = new Journal(store);
  const first = journal.write({ jobs: [change("a")] });
  await time.pass(3_600_000);
  const second = journal.write({ jobs: [change("b")] });
  assert(store.attempts >= 3600, `${store.attempts} attempts`);
  store.failure = undefined;
  await time.pass(1000);
  await Promise.all([first, second]);
  assertEquals(store.written, ["a", "b"]);
  await journal.close();
});

Deno.test("a journal that is closed while the disk is full says what was not written", async () => {
  const store = new FailingStore();
  store.failure = new MeshError("RESOURCE_EXHAUSTED", "the disk is full");
  const journal = new Journal(store);
  const lost = assertRejects(() => journal.write({ jobs: [change("a")] }), MeshError, "the disk is full");
  await Promise.all([journal.close(), journal.close(), lost]);
});
