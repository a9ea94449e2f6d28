import type { DatabaseSync, StatementSync } from "node:sqlite";
import { damageMark } from "./damage_mark.ts";
import { openConnections } from "./sqlite_connections.ts";
import { failureOf } from "./sqlite_failure.ts";
import type { Failure, Page, Reply, Request, Write } from "./sqlite_messages.ts";
import { readPages } from "./sqlite_reads.ts";
import { Sweeper } from "./sqlite_sweep.ts";
import { WriteStatements } from "./sqlite_writes.ts";

/** The only thread that touches the file. It answers each request, in order, with the request's `id`. */
interface WorkerScope {
  onmessage: (event: MessageEvent<{ id: number; request: Request }>) => void;
  postMessage(message: { id: number; reply: Reply }): void;
}

class Session {
  readonly #writes: WriteStatements;
  readonly #sweeper: Sweeper;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  /** The read whose pages are being asked for. */
  #read: Iterator<Page> | undefined;
  /** Why the transaction that comes in parts has failed already. */
  #partsFailure: Failure | undefined;

  constructor(readonly path: string, readonly writer: DatabaseSync, readonly reader: DatabaseSync) {
    this.#writes = new WriteStatements(writer);
    this.#sweeper = new Sweeper(writer);
    // Prepared, because what `exec` throws lacks SQLite's result code.
    this.#begin = writer.prepare("BEGIN IMMEDIATE");
    this.#commit = writer.prepare("COMMIT");
  }

  /** One transaction for all writes; where one of them fails, one for each, so that it takes no other down. */
  commit(writes: readonly Write[]): Reply {
    const failure = this.#apply(writes);
    if (!failure) return { commits: 1 };
    const retry = writes.length > 1 && (failure.kind === "other" || failure.kind === "full");
    const failures = writes.map((write) => retry ? this.#apply([write]) ?? null : failure);
    return { failures, commits: failures.filter((each) => each === null).length };
  }

  part({ write, first, last }: { write: Write; first: boolean; last: boolean }): Reply {
    if (first) this.#partsFailure = undefined;
    if (this.#partsFailure) return { failure: this.#partsFailure };
    try {
      if (first) this.#begin.run();
      this.#writes.apply(write);
      if (!last) return {};
      this.#commit.run();
      return { commits: 1 };
    } catch (error) {
      this.#partsFailure = failureOf(error);
      this.abandon();
      return { failure: this.#partsFailure };
    }
  }

  abandon(): void {
    // A full disk, for one, makes SQLite roll back by itself.
    if (this.writer.isTransaction) this.writer.exec("ROLLBACK");
    this.#writes.rolledBack();
  }

  read(pages: Iterator<Page>): Reply {
    // Ends one that was not read to its end.
    this.#read?.return?.();
    this.#read = pages;
    return this.nextPage();
  }

  nextPage(): Reply {
    const next = this.#read?.next();
    return next && !next.done ? { page: next.value } : {};
  }

  close(): void {
    this.reader.close();
    this.writer.close();
  }

  /** One step of the removal of what hidden jobs left. */
  sweep(sparing: readonly number[]): Reply {
    const job = this.#sweeper.next(sparing);
    if (job === undefined) return { more: false };
    const failure = this.#transact(() => this.#sweeper.step(job));
    return failure ? { failure } : { more: true, commits: 1 };
  }

  /** The first key that no job has, nor will be swept of one. */
  nextKey(): number {
    const row = this.writer.prepare(
      "SELECT max(ifnull((SELECT max(key) FROM jobs), 0), ifnull((SELECT max(key) FROM hidden_jobs), 0)) + 1 AS key",
    ).get();
    return Number(row?.key);
  }

  #apply(writes: readonly Write[]): Failure | undefined {
    return this.#transact(() => {
      for (const write of writes) this.#writes.apply(write);
    });
  }

  #transact(write: () => void): Failure | undefined {
    try {
      this.#begin.run();
      write();
      this.#commit.run();
      return undefined;
    } catch (error) {
      this.abandon();
      return failureOf(error);
    }
  }
}

let session: Session | undefined;

function open(path: string, fullCheck: boolean): Reply {
  const opened = openConnections(path, Deno.statSync(path).size, fullCheck);
  if ("kind" in opened) return { failure: opened };
  try {
    const opening = new Session(path, opened.writer, opened.reader);
    const nextKey = opening.nextKey();
    session = opening;
    return { nextKey };
  } catch (error) {
    opened.reader.close();
    opened.writer.close();
    return { failure: failureOf(error) };
  }
}

function answer(request: Request): Reply {
  if (request.op === "open") return open(request.path, request.fullCheck);
  if (!session) throw new Error("the store is not open");
  switch (request.op) {
    case "commit":
      return session.commit(request.writes);
    case "part":
      return session.part(request);
    case "abandon":
      session.abandon();
      return {};
    case "sweep":
      return session.sweep(request.sparing);
    case "read":
      return session.read(readPages(session.reader, request.query));
    case "next page":
      return session.nextPage();
    case "close":
      session.close();
      session = undefined;
      return {};
  }
}

/** Leaves a mark beside the file when damage was met in it, for the next start. */
function noteDamage(reply: Reply): Reply {
  const met = reply.failure ?? reply.failures?.find((failure) => failure?.kind === "damaged");
  if (!session || met?.kind !== "damaged") return reply;
  try {
    Deno.writeFileSync(damageMark(session.path), new Uint8Array(), { mode: 0o600 });
    return reply;
  } catch (error) {
    const message = `${met.message}; this could not be noted for the next start: ${failureOf(error).message}`;
    return { failure: { kind: "damaged", message } };
  }
}

const scope = self as unknown as WorkerScope;
scope.onmessage = ({ data: { id, request } }) => {
  let reply: Reply;
  try {
    reply = answer(request);
  } catch (error) {
    reply = { failure: failureOf(error) };
  }
  scope.postMessage({ id, reply: noteDamage(reply) });
};
