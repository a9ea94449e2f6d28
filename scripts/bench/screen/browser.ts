import type { Browser } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { keepPeers, watchClock } from "./in_page.js";
import type { Network } from "./network.ts";
import { ViewerPage } from "./viewer_page.ts";
import { BLOCK, COLUMNS, ROWS } from "./time_code.ts";

/** Whatever a page should do, it does it within this, in ms. */
const PAGE_LIMIT_MS = 30_000;

/** A real Chromium with a profile of its own, which playwright removes. */
export class ViewerBrowser implements AsyncDisposable {
  private constructor(private readonly browser: Browser) {}

  /** @throws {Error} when Chromium is not installed, or does not start */
  static async start(): Promise<ViewerBrowser> {
    return new ViewerBrowser(await launchChromium());
  }

  /** A page without a past, in which nothing is opened yet. @param network between the agent and this page; none = this machine's own */
  async page(network?: Network): Promise<ViewerPage> {
    const context = await this.browser.newContext({ viewport: { width: 1920, height: 1080 } });
    const page = await context.newPage();
    page.setDefaultTimeout(PAGE_LIMIT_MS);
    if (network) await page.exposeFunction("benchWay", (host: string, port: number) => network.way(host, port));
    await page.addInitScript(keepPeers);
    await page.addInitScript(watchClock, { block: BLOCK, columns: COLUMNS, rows: ROWS });
    return new ViewerPage(page);
  }

  /** Of all its processes since they began, in seconds. */
  async processorSeconds(): Promise<number> {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    await session.detach();
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}
