import { delay } from "../../../core/abort.ts";
import { MeshError, messageOf, oneLine } from "../../../core/errors.ts";
import { ProcessGroup, type ProgramStart } from "../../../core/process_group.ts";

/** A picture that came out of a pipe. */
interface Frame {
  bytes: ArrayBuffer;
  /** How many came before it; -1 = none is in it yet. */
  number: number;
}

/** Most characters of standard error that are kept, the last ones. */
const MAX_ERROR_LENGTH = 1000;
/** A killed program that the kernel cannot end no longer holds up its caller after this, in ms. */
const KILL_WAIT_MS = 1000;

/**
 * A program that writes pictures of one size to its standard output. They are read as fast as they come, and only the
 * newest is kept: the program never waits for a slow reader, so that no old pictures pile up in it.
 */
export class FramePipe {
  readonly #group: ProcessGroup;
  readonly #reader: ReadableStreamBYOBReader;
  readonly #size: number;
  readonly #reading: Promise<void>;
  #filling: Frame;
  #newest: Frame;
  /** What the last caller of {@link newest} still looks at. */
  #lent: Frame;
  #count = 0;
  #failure: MeshError | undefined;
  #changed = Promise.withResolvers<void>();

  /** @throws {MeshError} `UNAVAILABLE` when the program cannot be started */
  constructor(private readonly start: ProgramStart, frameBytes: number) {
    this.#size = frameBytes;
    const frame = () => ({ bytes: new ArrayBuffer(frameBytes), number: -1 });
    [this.#filling, this.#newest, this.#lent] = [frame(), frame(), frame()];
    try {
      this.#group = ProcessGroup.spawn(start);
    } catch (error) {
      throw new MeshError("UNAVAILABLE", `${start.program} cannot be started: ${messageOf(error)}`, { cause: error });
    }
    this.#reader = this.#group.stdout.getReader({ mode: "byob" });
    this.#reading = this.#read();
  }

  /** How many pictures came so far. @throws {MeshError} `UNAVAILABLE` when the program has ended */
  get count(): number {
    if (this.#failure) throw this.#failure;
    return this.#count;
  }

  /**
   * The newest picture. It is not written to before the next call.
   *
   * @param patienceMs how long the first picture may take
   * @throws {MeshError} `UNAVAILABLE` when the program has ended, or the first picture does not come in time
   */
  async newest(patienceMs: number): Promise<Uint8Array<ArrayBuffer>> {
    const late = new AbortController();
    const limit = delay(patienceMs, late.signal).then(() => this.#fail(`no picture came within ${patienceMs} ms`));
    limit.catch(() => {});
    try {
      while (this.count === 0) await this.#changed.promise;
    } finally {
      late.abort();
    }
    if (this.#newest.number > this.#lent.number) [this.#lent, this.#newest] = [this.#newest, this.#lent];
    return new Uint8Array(this.#lent.bytes);
  }

  /** Ends the program and whatever it started, and waits for it. Idempotent. */
  async close(): Promise<void> {
    this.#fail("it was closed");
    this.#group.kill("SIGKILL");
    const over = new AbortController();
    const late = delay(KILL_WAIT_MS, over.signal).catch(() => {});
    // Something that left its process group may still hold the output.
    const cancelled = this.#reader.cancel();
    await Promise.race([Promise.all([cancelled, this.#reading]), late]);
    over.abort();
  }

  async #read(): Promise<void> {
    const errors = this.#readErrors();
    try {
      while (await this.#readFrame());
    } catch (error) {
      this.#fail(`its output cannot be read: ${messageOf(error)}`);
    }
    this.#group.kill("SIGKILL");
    const [{ code }, said] = await Promise.all([this.#group.ended, errors]);
    this.#fail(`it ended with code ${code}${said === "" ? "" : `: ${said}`}`);
  }

  /** False when the output has ended. */
  async #readFrame(): Promise<boolean> {
    for (let filled = 0; filled < this.#size;) {
      const rest = new Uint8Array(this.#filling.bytes, filled);
      const { value, done } = await this.#reader.read(rest);
      if (done || value === undefined) return false;
      // The stream takes the memory along, and gives it back under another name.
      this.#filling.bytes = value.buffer;
      filled += value.byteLength;
    }
    this.#filling.number = this.#count++;
    [this.#filling, this.#newest] = [this.#newest, this.#filling];
    this.#notify();
    return true;
  }

  async #readErrors(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const bytes of this.#group.stderr) {
      text = (text + decoder.decode(bytes, { stream: true })).slice(-MAX_ERROR_LENGTH);
    }
    return oneLine(text);
  }

  #fail(reason: string): void {
    this.#failure ??= new MeshError("UNAVAILABLE", `Cannot capture with ${this.start.program}: ${reason}`);
    this.#notify();
  }

  #notify(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}
