import type { Page } from "playwright-core";
import type { Globals, Rate, Sighting } from "./in_page.js";
import { ageOf } from "./time_code.ts";

/** What is looked at, and how. */
export interface ViewOptions {
  /** `HOST:PORT` of the agent's HTTP side. */
  readonly http: string;
  readonly deviceId: string;
  readonly key: string;
  readonly fps: number;
  /** A video instead of pictures. */
  readonly video?: "vp8";
}

/** What a viewer saw in a while. */
export interface Viewed {
  readonly seconds: number;
  /** How old each picture was when it was on the canvas, in ms. */
  readonly ages: readonly number[];
  /** The longest time in which nothing new came, in ms. */
  readonly longestGapMs: number;
  /** Bytes received, all protocols below the pictures included. */
  readonly bytes: number;
  /** How pictures were sent meanwhile: what the sender said last before, and each change. */
  readonly rates: readonly Rate[];
  /** Of the canvas at the end, in pixels: how a picture that was scaled is told. */
  readonly canvasWidth: number;
  /** What was on the canvas where the clock should be, but was none. */
  readonly unreadable: number;
}

/** A page of the agent in a browser that looks at a screen. */
export class ViewerPage {
  constructor(private readonly page: Page) {}

  /** Opens the viewer as a person would, and waits until the picture moves. @throws {Error} with what the page says */
  async open({ http, deviceId, key, fps, video }: ViewOptions): Promise<void> {
    const search = new URLSearchParams({ fps: String(fps), ...(video ? { video } : {}) });
    await this.page.goto(`http://${http}/screen/${deviceId}?${search}`);
    await this.page.fill("#key", key);
    await this.page.click("#ask button[type=submit]");
    try {
      await this.page.waitForFunction(() => ((globalThis as unknown as Globals).benchSeen.length ?? 0) > 2);
    } catch (error) {
      throw new Error(`the page does not show the screen: ${await this.page.innerText("#notice")}`, { cause: error });
    }
  }

  /** Looks on for so long. */
  async watch(ms: number): Promise<Viewed> {
    const began = Date.now();
    const before = await this.#bytes();
    await this.#take();
    await this.page.waitForTimeout(ms);
    const sightings = await this.#take();
    const bytes = await this.#bytes() - before;
    const ended = Date.now();
    const ages = sightings.flatMap(({ at, bits }) => ageOf(bits, at) ?? []);
    const times = [began, ...sightings.map(({ at }) => at), ended];
    return {
      seconds: (ended - began) / 1000,
      ages,
      longestGapMs: Math.max(...times.slice(1).map((at, before) => at - (times[before] ?? at))),
      bytes,
      rates: await this.#rates(began),
      canvasWidth: await this.page.evaluate(() => document.querySelector("canvas")?.width ?? 0),
      unreadable: sightings.length - ages.length,
    };
  }

  /** Goes away, as a person who closes the tab. */
  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** What was seen since the last time. */
  async #take(): Promise<Sighting[]> {
    return await this.page.evaluate(() => (globalThis as unknown as Globals).benchSeen.splice(0));
  }

  async #rates(since: number): Promise<Rate[]> {
    const rates = await this.page.evaluate(() => (globalThis as unknown as Globals).benchRates);
    const changes = rates.filter(({ at }) => at > since);
    const before = rates[rates.length - changes.length - 1];
    return before ? [before, ...changes] : changes;
  }

  async #bytes(): Promise<number> {
    return await this.page.evaluate(async () => {
      let sum = 0;
      for (const peer of (globalThis as unknown as Globals).benchPeers) {
        for (const report of (await peer.getStats()).values()) {
          if (report.type === "transport") sum += report.bytesReceived;
        }
      }
      return sum;
    });
  }
}
