import { MeshError, messageOf } from "./core/errors.ts";
import { logger } from "./core/log.ts";

const log = logger("screen");

/** A screen that could not be captured is tried again after this, in ms: its user may have logged in. */
const RETRY_MS = 300_000;

/** Failures that say that there may be no screen to capture. Others say something of the request, or of the device's user. */
const NO_SCREEN: ReadonlySet<string> = new Set(["FAILED_PRECONDITION", "UNAVAILABLE"]);

/** Said until the first attempt has ended. */
const NOT_TRIED = "this device has not yet found out whether its screen can be captured";

export interface ScreenCaptureOptions {
  /** Captures one picture. @throws {MeshError} why it cannot be captured */
  readonly probe: () => Promise<unknown>;
  readonly retryMs?: number;
}

/** Whether this device's screen can be captured, as the last attempt showed. */
export class ScreenCapture {
  #unavailable = NOT_TRIED;
  readonly #listeners = new Set<() => void>();
  #probing: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(private readonly options: ScreenCaptureOptions) {}

  /** Why the screen cannot be captured; empty where it can. */
  get unavailable(): string {
    return this.#unavailable;
  }

  /** Begins to find out; does not wait for that. */
  start(): void {
    this.#probe();
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#probing;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Where the last attempt failed, there is another one now: nobody is asked whether a screen may be seen that is not there.
   *
   * @throws {MeshError} FAILED_PRECONDITION when it cannot be captured
   */
  async require(): Promise<void> {
    if (!this.#unavailable || this.#stopped) return;
    this.#probe();
    await this.#probing;
    if (this.#unavailable && !this.#stopped) throw new MeshError("FAILED_PRECONDITION", this.#unavailable);
  }

  /** A picture was captured just now. */
  works(): void {
    this.#found("");
  }

  /** Something was not done: where that may be for want of a screen, it is looked for again. */
  failed(error: unknown): void {
    if (!this.#unavailable && error instanceof MeshError && NO_SCREEN.has(error.code)) this.#probe();
  }

  /** One at a time. */
  #probe(): void {
    if (this.#stopped) return;
    clearTimeout(this.#retry);
    this.#probing ??= this.#tryOnce().finally(() => this.#probing = undefined);
  }

  async #tryOnce(): Promise<void> {
    try {
      await this.options.probe();
      this.#found("");
    } catch (error) {
      // Then it says only that.
      if (this.#stopped) return;
      this.#found(messageOf(error));
      this.#retry = setTimeout(() => this.#probe(), this.options.retryMs ?? RETRY_MS);
      Deno.unrefTimer(this.#retry as unknown as number);
    }
  }

  #found(unavailable: string): void {
    const before = this.#unavailable;
    if (before === unavailable) return;
    this.#unavailable = unavailable;
    // How it is at the start is no news: the list of devices shows it.
    const level = before === NOT_TRIED ? "debug" : "info";
    if (unavailable) log[level]("the screen cannot be captured: {unavailable}", { unavailable });
    else log[level]("the screen can be captured");
    for (const listener of this.#listeners) listener();
  }
}
