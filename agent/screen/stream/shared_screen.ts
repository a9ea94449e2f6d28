import { messageOf } from "../../core/errors.ts";
import { delay } from "../../core/abort.ts";
import { logger } from "../../core/log.ts";
import { openComparison } from "../picture/memory_comparison.ts";
import { MonitorFeed } from "../picture/monitor_feed.ts";
import { Turns } from "../picture/turns.ts";
import type { CursorState, Monitor, ScreenSource } from "../types.ts";
import { monitorOf } from "./stream_config.ts";

const log = logger("screen");

/** A lost desktop is looked for after so long, in ms, then after twice as long each time, up to the most. */
const FIRST_RETRY_MS = 200;
const MOST_RETRY_MS = 5000;
/** Monitors are plugged in seldom, and a look at them costs little; in ms. */
const LOOK_AT_MONITORS_MS = 2000;

/** Who shows a screen. */
export interface ScreenWatcher {
  /** The desktop is gone; it is looked for. */
  onLost(reason: string): void;
  /** It is back: feeds that were had before are of no use any more. */
  onBack(): void;
  /** There are other monitors, or they lie elsewhere, or have another size. */
  onMonitors(): void;
}

/** The desktop, as all streams of it share it: it is captured once for all, and looked for when it is lost. */
export class SharedScreen {
  readonly #watchers = new Set<ScreenWatcher>();
  readonly #closing = new AbortController();
  readonly #turns = new Turns();
  readonly #comparison = openComparison();
  readonly #feeds = new Map<number, MonitorFeed>();
  #lost: string | undefined;
  #finding: Promise<void> | undefined;
  #looked: number;

  private constructor(
    private readonly open: (signal: AbortSignal) => Promise<ScreenSource>,
    private source: ScreenSource,
    private known: Monitor[],
  ) {
    this.#looked = performance.now();
  }

  /** @throws {MeshError} what `open` throws */
  static async open(open: (signal: AbortSignal) => Promise<ScreenSource>, signal: AbortSignal): Promise<SharedScreen> {
    const source = await open(signal);
    try {
      return new SharedScreen(open, source, await source.monitors());
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  get backend(): string {
    return this.source.backend;
  }

  /** The primary one first. Those that were last seen, while the desktop is lost. */
  get monitors(): readonly Monitor[] {
    return this.known;
  }

  /** Why there is no desktop now; undefined where there is one. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** @returns what ends the watch */
  watch(watcher: ScreenWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * The pictures of one monitor.
   *
   * @throws {MeshError} `INVALID_ARGUMENT` when there is no such monitor
   */
  feed(index: number): MonitorFeed {
    const monitor = monitorOf(this.known, index);
    const known = this.#feeds.get(index);
    if (known) return known;
    const feed = new MonitorFeed(this.source, monitor, { turns: this.#turns, comparison: this.#comparison });
    this.#feeds.set(index, feed);
    return feed;
  }

  /** Brings a feed up to date. @returns false when the desktop is lost, or the feed is of one that was */
  async refresh(feed: MonitorFeed): Promise<boolean> {
    const { source } = this;
    if (this.#lost !== undefined || this.#feeds.get(feed.monitor.index) !== feed) return false;
    try {
      if (performance.now() - this.#looked > LOOK_AT_MONITORS_MS) await this.#lookAtMonitors();
      await feed.refresh();
      return source === this.source && this.#lost === undefined;
    } catch (error) {
      this.#lose(source, error);
      return false;
    }
  }

  /** The pointer; undefined where it is hidden or not known. */
  async cursor(): Promise<CursorState | undefined> {
    const { source } = this;
    if (this.#lost !== undefined) return undefined;
    try {
      return await this.#turns.take(() => source.cursor());
    } catch (error) {
      this.#lose(source, error);
      return undefined;
    }
  }

  /** Gives the desktop back. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#watchers.clear();
    await this.#finding;
    await this.#turns.take(() => this.source.close());
    this.#comparison.close();
  }

  async #lookAtMonitors(): Promise<void> {
    this.#looked = performance.now();
    const monitors = await this.#turns.take(() => this.source.monitors());
    if (JSON.stringify(monitors) === JSON.stringify(this.known)) return;
    this.known = monitors;
    for (const [index, feed] of this.#feeds) {
      const monitor = monitors.find((each) => each.index === index);
      if (monitor) await feed.use(monitor);
      else this.#feeds.delete(index);
    }
    for (const watcher of this.#watchers) watcher.onMonitors();
  }

  /** @param source that failed: several streams may find that out */
  #lose(source: ScreenSource, error: unknown): void {
    if (source !== this.source || this.#lost !== undefined || this.#closing.signal.aborted) return;
    this.#lost = messageOf(error);
    this.#feeds.clear();
    log.warn("The screen cannot be captured any more, and is looked for: {reason}", { reason: this.#lost });
    for (const watcher of this.#watchers) watcher.onLost(this.#lost);
    this.#finding = this.#find(source).catch((failure) => {
      if (!this.#closing.signal.aborted) log.error("looking for the screen failed: {failure}", { failure });
    });
  }

  async #find(former: ScreenSource): Promise<void> {
    const { signal } = this.#closing;
    await former.close().catch((error) => log.debug`closing the former ${former.backend}: ${error}`);
    for (let ms = FIRST_RETRY_MS;; ms = Math.min(MOST_RETRY_MS, ms * 2)) {
      await delay(ms, signal);
      try {
        await this.#take(await this.open(signal));
        break;
      } catch (error) {
        signal.throwIfAborted();
        log.debug`the screen is not back yet: ${messageOf(error)}`;
      }
    }
    this.#lost = undefined;
    this.#looked = performance.now();
    log.info("The screen is back ({backend})", { backend: this.backend });
    for (const watcher of this.#watchers) watcher.onBack();
  }

  async #take(source: ScreenSource): Promise<void> {
    try {
      const monitors = await source.monitors();
      this.#closing.signal.throwIfAborted();
      [this.source, this.known] = [source, monitors];
    } catch (error) {
      await source.close();
      throw error;
    }
  }
}
