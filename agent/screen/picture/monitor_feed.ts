import type { Monitor, Picture, Rectangle, ScreenSource } from "../types.ts";
import { areaOf, boundsOf, joinRectangles } from "./join_rectangles.ts";
import { copyChangedTiles, type MemoryComparison } from "./changed_tiles.ts";
import { wordComparison } from "./word_comparison.ts";
import { markedRectangles, markTiles, type TileGrid, tileGrid, tilesToPixels } from "./tiles.ts";
import { Turns } from "./turns.ts";

/** What one more grab costs beside its pixels, in tiles that could be captured and compared in that time. */
const GRAB_COST_TILES = 24;

/** A picture in memory that is not shared with other threads. */
export interface KeptPicture extends Picture {
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What feeds may be given. */
export interface FeedOptions {
  /** Shared by all that use the same source, which serves one caller at a time. */
  readonly turns?: Turns;
  readonly comparison?: MemoryComparison;
  /** ms since the Unix epoch. */
  readonly now?: () => number;
}

/**
 * The current picture of one monitor, for all streams of it. It captures only what may have changed, and knows for each
 * tile when it last did: in which {@link generation}.
 */
export class MonitorFeed {
  readonly #source: ScreenSource;
  readonly #turns: Turns;
  readonly #comparison: MemoryComparison;
  readonly #now: () => number;
  #monitor: Monitor;
  #grid: TileGrid;
  #picture: KeptPicture;
  #tiles: Float64Array;
  #generation = 0;
  #capturedAt = 0;
  /** Whether all must be captured, whatever the source says of changes. */
  #stale = true;
  #running: Promise<void> | undefined;

  constructor(source: ScreenSource, monitor: Monitor, options: FeedOptions = {}) {
    this.#source = source;
    this.#turns = options.turns ?? new Turns();
    this.#comparison = options.comparison ?? wordComparison;
    this.#now = options.now ?? Date.now;
    this.#monitor = monitor;
    this.#grid = tileGrid(monitor.width, monitor.height);
    this.#picture = blankPicture(monitor);
    this.#tiles = new Float64Array(this.#grid.columns * this.#grid.rows);
  }

  get monitor(): Monitor {
    return this.#monitor;
  }

  get grid(): TileGrid {
    return this.#grid;
  }

  /** All pixels as they were last captured, black before that. Overwritten by {@link refresh}. */
  get picture(): KeptPicture {
    return this.#picture;
  }

  /** Counts the captures in which something changed. It never goes back. */
  get generation(): number {
    return this.#generation;
  }

  /** The generation in which each tile last changed, row by row; 0 = black from the start. Overwritten by {@link refresh}. */
  get tiles(): Float64Array {
    return this.#tiles;
  }

  /** When the last whole capture began, in ms since the Unix epoch; 0 before the first. */
  get capturedAt(): number {
    return this.#capturedAt;
  }

  /**
   * Captures what changed. Calls during a capture wait for that one.
   *
   * @throws {MeshError} `UNAVAILABLE` when the desktop is gone
   */
  refresh(): Promise<void> {
    this.#running ??= this.#turns.take(() => this.#capture()).finally(() => this.#running = undefined);
    return this.#running;
  }

  /** Goes on with a monitor that may have moved or have another size, from the next capture on. */
  async use(monitor: Monitor): Promise<void> {
    await this.#turns.take(() => {
      const { width, height } = this.#monitor;
      this.#monitor = monitor;
      this.#stale = true;
      if (monitor.width !== width || monitor.height !== height) {
        this.#grid = tileGrid(monitor.width, monitor.height);
        this.#picture = blankPicture(monitor);
        this.#tiles = new Float64Array(this.#grid.columns * this.#grid.rows);
        this.#tiles.fill(++this.#generation);
      }
      return Promise.resolve();
    });
  }

  async #capture(): Promise<void> {
    const capturedAt = this.#now();
    // What a capture that fails did not see, the source does not tell again.
    const stale = this.#stale;
    this.#stale = true;
    const changes = await this.#source.changes(this.#monitor);
    const next = this.#generation + 1;
    for (const area of this.#areasToGrab(stale ? undefined : changes)) {
      const grabbed = await this.#source.grab(this.#monitor, area);
      if (copyChangedTiles(grabbed, area, this, next, this.#comparison) > 0) this.#generation = next;
    }
    this.#stale = false;
    this.#capturedAt = capturedAt;
  }

  /** In pixels, on the borders of tiles. */
  #areasToGrab(changes: readonly Rectangle[] | undefined): Rectangle[] {
    if (changes === undefined) return [{ x: 0, y: 0, width: this.#grid.width, height: this.#grid.height }];
    const marks = new Uint8Array(this.#tiles.length);
    for (const change of changes) markTiles(marks, this.#grid, change);
    const exact = markedRectangles(marks, this.#grid);
    if (exact.length === 0) return [];
    const joined = joinRectangles(exact, GRAB_COST_TILES);
    const bounds = boundsOf(exact);
    const cost = areaOf(joined) + (joined.length - 1) * GRAB_COST_TILES;
    const best = areaOf([bounds]) <= cost ? [bounds] : joined;
    return best.map((rectangle) => tilesToPixels(rectangle, this.#grid));
  }
}

function blankPicture({ width, height }: Monitor): KeptPicture {
  return { data: new Uint8Array(width * height * 4), width, height, stride: width * 4 };
}
