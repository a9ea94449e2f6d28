import { MeshError, messageOf } from "../../../core/errors.ts";
import { logger } from "../../../core/log.ts";
import type { ByteReader } from "./byte_reader.ts";
import { Request } from "./request.ts";

/** What a server answers. */
export interface Reply {
  /** The first 32 bytes. */
  readonly head: DataView;
  readonly body: Uint8Array;
}

/** The server refuses one request; the connection goes on. */
export class RequestRefused extends Error {
  override name = "RequestRefused";

  /** @param code of the X protocol: 3 is a bad window, 8 a bad match, 10 bad access… */
  constructor(readonly code: number, major: number, minor: number, value: number) {
    super(`X error ${code} for request ${major}.${minor} with ${value}`);
  }
}

interface Pending {
  readonly into: Uint8Array | undefined;
  /** In ms. */
  readonly askedAt: number;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

const HEAD_BYTES = 32;
const GENERIC_EVENT = 35;
const GET_INPUT_FOCUS = 43;
/** A server that says nothing for so long, in ms, is taken for gone. Another client may hold it for itself for a while. */
const ANSWER_MS = 10_000;

const log = logger("screen");

/** A connection to a server, after its setup: requests go out, answers, refusals and events come in. */
export class X11Connection {
  readonly #display: string;
  readonly #conn: Deno.Conn;
  readonly #reader: ByteReader;
  readonly #answerMs: number;
  /** The oldest first. */
  readonly #pending = new Map<number, Pending>();
  /** Runs for the oldest, or for one that was answered meanwhile: a timer for each would cost more than the request. */
  #watch: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Map<number, (event: DataView) => void>();
  readonly #ended: Promise<void>;
  #sequence = 0;
  #outgoing: Uint8Array[] = [];
  #writing = false;
  #lost: MeshError | undefined;

  /**
   * @param display its name, for messages
   * @param answerMs for how long the server may say nothing
   */
  constructor(display: string, conn: Deno.Conn, reader: ByteReader, answerMs = ANSWER_MS) {
    this.#display = display;
    this.#conn = conn;
    this.#reader = reader;
    this.#answerMs = answerMs;
    this.#ended = this.#readOn();
  }

  /** Calls the listener with each event of this code from now on. */
  listen(code: number, listener: (event: DataView) => void): void {
    this.#listeners.set(code, listener);
  }

  /** Sends a request that has no answer. That it was refused is only in the log. */
  send(request: Request): void {
    if (!this.#lost) this.#enqueue(request);
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param into where the answer's body goes if it is at least as large
   * @throws {RequestRefused | MeshError} `UNAVAILABLE` once the server is gone
   */
  ask(request: Request, into?: Uint8Array): Promise<Reply> {
    return this.#expect(request, into);
  }

  /** Sends a request that has no answer, and waits until the server has done or refused it. */
  async check(request: Request): Promise<void> {
    const refusal = this.#expect(request, undefined);
    const sequence = this.#sequence;
    const done = this.#expect(new Request(GET_INPUT_FOCUS, 0, 4), undefined);
    await Promise.race([refusal, done]);
    // The server answers in order: now no refusal can come any more.
    this.#pending.get(sequence)?.resolve(NO_REPLY);
  }

  /** @throws {MeshError} `UNAVAILABLE` once the server is gone */
  throwIfLost(): void {
    if (this.#lost) throw this.#lost;
  }

  /** Ends the connection. Whoever still waits for an answer hears that. Idempotent. */
  async close(): Promise<void> {
    this.#lose("it was closed");
    await this.#ended;
  }

  #expect(request: Request, into: Uint8Array | undefined): Promise<Reply> {
    if (this.#lost) return Promise.reject(this.#lost);
    const sequence = this.#enqueue(request);
    return new Promise((resolve, reject) => {
      this.#watch ??= setTimeout(() => this.#look(), this.#answerMs);
      this.#pending.set(sequence, {
        into,
        askedAt: performance.now(),
        resolve: (reply) => (this.#pending.delete(sequence), resolve(reply)),
        reject: (error) => (this.#pending.delete(sequence), reject(error)),
      });
    });
  }

  #look(): void {
    this.#watch = undefined;
    const [oldest] = this.#pending.values();
    if (!oldest) return;
    const left = oldest.askedAt + this.#answerMs - performance.now();
    // Timers may come a little early.
    if (left < 1) return this.#lose(`it said nothing for ${this.#answerMs} ms`);
    this.#watch = setTimeout(() => this.#look(), left);
  }

  #enqueue(request: Request): number {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#outgoing.push(request.bytes);
    if (!this.#writing) {
      this.#writing = true;
      queueMicrotask(() => this.#writeOn());
    }
    return this.#sequence;
  }

  /** Requests that were made in one turn go out together. */
  async #writeOn(): Promise<void> {
    try {
      while (this.#outgoing.length > 0 && !this.#lost) {
        const bytes = concatenate(this.#outgoing.splice(0));
        for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
      }
    } catch (error) {
      this.#lose(messageOf(error));
    } finally {
      this.#writing = false;
    }
  }

  async #readOn(): Promise<void> {
    try {
      while (!this.#lost) await this.#readPacket();
    } catch (error) {
      this.#lose(messageOf(error));
    }
  }

  async #readPacket(): Promise<void> {
    const bytes = new Uint8Array(HEAD_BYTES);
    await this.#reader.fill(bytes);
    const head = new DataView(bytes.buffer);
    const kind = head.getUint8(0);
    const more = head.getUint32(4, true) * 4;
    if (kind === 1) {
      const pending = this.#pending.get(head.getUint16(2, true));
      const body = pending?.into && pending.into.length >= more ? pending.into.subarray(0, more) : new Uint8Array(more);
      await this.#reader.fill(body);
      pending?.resolve({ head, body });
    } else if (kind === 0) {
      this.#refuse(head);
    } else {
      const code = kind & 0x7f;
      if (code === GENERIC_EVENT) await this.#reader.skip(more);
      this.#listeners.get(code)?.(head);
    }
  }

  #refuse(head: DataView): void {
    const refused = new RequestRefused(
      head.getUint8(1),
      head.getUint8(10),
      head.getUint16(8, true),
      head.getUint32(4, true),
    );
    const pending = this.#pending.get(head.getUint16(2, true));
    if (pending) pending.reject(refused);
    else log.debug`display ${this.#display}: ${refused}`;
  }

  #lose(reason: string): void {
    if (this.#lost) return;
    this.#lost = new MeshError("UNAVAILABLE", `The display ${this.#display} is gone: ${reason}`);
    clearTimeout(this.#watch);
    this.#conn.close();
    for (const pending of [...this.#pending.values()]) pending.reject(this.#lost);
  }
}

const NO_REPLY: Reply = { head: new DataView(new ArrayBuffer(HEAD_BYTES)), body: new Uint8Array() };

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
