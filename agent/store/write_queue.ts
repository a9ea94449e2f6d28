import { type MeshError, messageOf } from "../core/errors.ts";
import type { Part } from "./flat_rows.ts";
import type { Failure, Reply, Request } from "./sqlite_messages.ts";

/** One commit takes at most this much of what waits. */
const ROWS_A_COMMIT = 5_000;
const CHARACTERS_A_COMMIT = 4 * 1024 * 1024;

/** What is to be written by one call. */
export interface NewWrite {
  /** Called at once, for the first part: so a small write keeps what it was given then. */
  readonly begin: () => Iterator<Part>;
  /** Jobs, and whatever else, about which it must keep its place among other writes. */
  readonly names: () => Iterable<string>;
  /** It may be written in several transactions under this key, since nobody sees it until the last part. */
  readonly hiddenKey?: number;
  /** It leaves rows for the sweep. */
  readonly leavesRows?: boolean;
}

interface Call {
  readonly number: number;
  readonly names: () => Iterable<string>;
  readonly resolve: () => void;
}

interface PendingWrite extends Call {
  /** What is to be sent next. */
  part: Part;
  readonly rest: Iterator<Part>;
  readonly hiddenKey: number | undefined;
  readonly leavesRows: boolean;
  readonly reject: (error: MeshError) => void;
}

/** A read that waits for the writes before it. */
interface PendingRead extends Call {
  readonly part?: undefined;
  readonly afterAll: boolean;
}

/** What the queue needs of its store. */
export interface QueueOwner {
  /** Never rejects. */
  ask(request: Request): Promise<Reply>;
  errorOf(failure: Failure): MeshError;
  /** The rows of removed jobs cannot be removed; the next start tries again. */
  sweepFailed(failure: Failure): void;
}

/**
 * Brings writes to the worker. While a commit is under way, whatever is called is gathered and shares the next one. A
 * large insert goes in parts, each a transaction, between which others come; only what is about the same job waits for
 * it. So does the removal of rows that nobody sees any more.
 */
export class WriteQueue {
  readonly #owner: QueueOwner;
  #waiting: (PendingWrite | PendingRead)[] = [];
  /** Large inserts of which a part was sent or is next. */
  readonly #inserting: PendingWrite[] = [];
  #calls = 0;
  #draining: Promise<void> | undefined;
  #sweep: "nothing to do" | "due" | "after the next commit" | "stopped" = "nothing to do";
  #sweptLast = false;
  #commits = 0;

  constructor(owner: QueueOwner) {
    this.#owner = owner;
  }

  /** Transactions committed so far. */
  get commits(): number {
    return this.#commits;
  }

  /** Resolves once it is durable. */
  write({ begin, names, hiddenKey, leavesRows = false }: NewWrite): Promise<void> {
    return new Promise((resolve, reject) => {
      const rest = begin();
      let first: IteratorResult<Part>;
      try {
        first = rest.next();
      } catch (error) {
        return reject(this.#owner.errorOf({ kind: "other", message: messageOf(error) }));
      }
      if (first.done) return resolve();
      this.#add({ number: this.#calls++, names, resolve, reject, part: first.value, rest, hiddenKey, leavesRows });
    });
  }

  /** Resolves when the writes called before are durable or have failed: those about the names, or really all. */
  before(names: readonly string[] | "all"): Promise<void> {
    if (!this.#draining) return Promise.resolve();
    return new Promise((resolve) =>
      this.#add({
        number: this.#calls++,
        names: () => names === "all" ? [] : names,
        afterAll: names === "all",
        resolve,
      })
    );
  }

  /** Begins to remove, when nothing else is to be done, what hidden jobs left. */
  sweep(): void {
    if (this.#sweep === "stopped") return;
    this.#sweep = "due";
    this.#draining ??= this.#drain();
  }

  /** Resolves when all writes are done. What is left to sweep is left to the next start. */
  async end(): Promise<void> {
    this.#sweep = "stopped";
    await this.#draining;
  }

  #add(call: PendingWrite | PendingRead): void {
    this.#waiting.push(call);
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // One microtask later, what is called in the same go shares the first commit.
    await Promise.resolve();
    for (;;) {
      const calls = this.#take();
      const [first] = calls;
      if (first?.part && !first.part.last) {
        await this.#commitWhole(first);
        continue;
      }
      const committed = this.#commit(calls);
      const stepped = this.#step();
      if (calls.length === 0 && !stepped) break;
      await Promise.all([committed, stepped]);
    }
    // Together with the last look: what comes after it must start a new round.
    this.#draining = undefined;
  }

  /** Takes what can share a commit, or one large update alone. Large inserts begin when their turn has come. */
  #take(): (PendingWrite | PendingRead)[] {
    const held = new Set(this.#inserting.flatMap((write) => [...write.names()]));
    const left: (PendingWrite | PendingRead)[] = [];
    const taken: (PendingWrite | PendingRead)[] = [];
    let writeLeft = false;
    let rows = 0;
    let characters = 0;
    let at = 0;
    const hold = (write: PendingWrite) => {
      for (const name of write.names()) held.add(name);
    };
    for (; at < this.#waiting.length; at++) {
      const call = this.#waiting[at] as PendingWrite | PendingRead;
      const mustWait = call.part === undefined && call.afterAll
        ? writeLeft || this.#inserting.some((write) => write.number < call.number)
        : held.size > 0 && some(call.names(), (name) => held.has(name));
      if (mustWait) {
        left.push(call);
        if (!call.part) continue;
        writeLeft = true;
        hold(call);
      } else if (!call.part) {
        taken.push(call);
      } else if (call.part.last) {
        rows += call.part.rows;
        characters += call.part.characters;
        if (taken.length > 0 && (rows > ROWS_A_COMMIT || characters > CHARACTERS_A_COMMIT)) break;
        taken.push(call);
      } else if (call.hiddenKey !== undefined) {
        this.#inserting.push(call);
        hold(call);
      } else {
        if (taken.length > 0) break;
        taken.push(call);
        at++;
        break;
      }
    }
    this.#waiting.splice(0, at, ...left);
    return taken;
  }

  async #commit(calls: readonly (PendingWrite | PendingRead)[]): Promise<void> {
    const writes = calls.flatMap(({ part }) => part ? [part.write] : []);
    const reply = writes.length > 0 ? await this.#commitOf(writes) : {};
    let at = 0;
    for (const call of calls) {
      if (call.part) this.#settle(call, reply.failure ?? reply.failures?.[at++] ?? undefined);
      else call.resolve();
    }
  }

  /** Sends the parts one ahead of the worker, so that this thread prepares while the other one writes. */
  async #commitWhole(write: PendingWrite): Promise<void> {
    let before: Promise<Reply> | undefined;
    try {
      for (let first = true;; first = false) {
        const { part } = write;
        const sent = this.#owner.ask({ op: "part", write: part.write, first, last: part.last });
        const { failure } = await (part.last ? sent : before) ?? {};
        if (failure) {
          await sent;
          return this.#settle(write, failure);
        }
        if (part.last) break;
        before = sent;
        write.part = (write.rest.next() as IteratorYieldResult<Part>).value;
      }
      this.#committed(1);
      this.#settle(write, undefined);
    } catch (error) {
      await this.#owner.ask({ op: "abandon" });
      this.#settle(write, { kind: "other", message: messageOf(error) });
    }
  }

  /** One part of a large insert or one step of the sweep, in turns; undefined when there is nothing to do. */
  #step(): Promise<void> | undefined {
    const sweepNow = this.#sweep === "due" && (!this.#sweptLast || this.#inserting.length === 0);
    this.#sweptLast = sweepNow;
    if (sweepNow) return this.#sweepStep();
    const write = this.#inserting.shift();
    return write && this.#insertPart(write);
  }

  async #insertPart(write: PendingWrite): Promise<void> {
    // Behind the others, so that they take turns.
    this.#inserting.push(write);
    const { last } = write.part;
    const sent = this.#commitOf([write.part.write]);
    let failure: Failure | undefined;
    try {
      // Prepared while the other thread writes.
      if (!last) write.part = (write.rest.next() as IteratorYieldResult<Part>).value;
    } catch (error) {
      failure = { kind: "other", message: messageOf(error) };
    }
    const reply = await sent;
    failure = reply.failure ?? reply.failures?.[0] ?? failure;
    if (!failure && !last) return;
    this.#inserting.splice(this.#inserting.indexOf(write), 1);
    if (failure) this.sweep();
    this.#settle(write, failure);
  }

  async #sweepStep(): Promise<void> {
    const sparing = this.#inserting.flatMap(({ hiddenKey }) => hiddenKey ?? []);
    const { failure, more, commits = 0 } = await this.#owner.ask({ op: "sweep", sparing });
    if (this.#sweep === "stopped") return;
    if (failure) {
      const passes = failure.kind === "full" || failure.kind === "locked";
      this.#sweep = passes ? "after the next commit" : "nothing to do";
      if (!passes) this.#owner.sweepFailed(failure);
    } else {
      this.#sweep = more ? "due" : "nothing to do";
      this.#committed(commits);
    }
  }

  async #commitOf(writes: readonly Part["write"][]): Promise<Reply> {
    const reply = await this.#owner.ask({ op: "commit", writes });
    this.#committed(reply.commits ?? 0);
    return reply;
  }

  #committed(commits: number): void {
    this.#commits += commits;
    if (commits > 0 && this.#sweep === "after the next commit") this.#sweep = "due";
  }

  #settle(write: PendingWrite, failure: Failure | undefined): void {
    if (failure) return write.reject(this.#owner.errorOf(failure));
    if (write.leavesRows && this.#sweep !== "stopped") this.#sweep = "due";
    write.resolve();
  }
}

function some<T>(items: Iterable<T>, test: (item: T) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}
