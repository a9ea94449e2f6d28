import type { Browser, Page } from "playwright-core";
import { CHROMIUM, launchChromium } from "../../scripts/bench/screen/chromium.ts";
import { eventually, TEST_KEY } from "../processes.ts";
import { canvasPixels } from "./in_page.js";
import { type Pixels, pixelsOf } from "./pixels.ts";

/** A browser on a busy machine needs long for things, in ms. */
const PAGE_LIMIT_MS = 120_000;

/** A test with a browser cannot run where this is not undefined. */
export const CHROMIUM_MISSING: string | undefined = missingChromium();

function missingChromium(): string | undefined {
  try {
    Deno.statSync(CHROMIUM);
    return undefined;
  } catch {
    const reason = `${CHROMIUM} is not installed`;
    console.warn(`ignored: tests with a browser, as ${reason}`);
    return reason;
  }
}

/** A real browser, ended at the end of its scope. */
export class TestBrowser implements AsyncDisposable {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await launchChromium());
  }

  /** A page that knows nothing of the others. */
  async page(): Promise<Page> {
    const page = await (await this.browser.newContext()).newPage();
    page.setDefaultTimeout(PAGE_LIMIT_MS);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

/** How the page of an agent says that it goes. */
export type PageState = "key" | "connecting" | "streaming" | "paused" | "waiting" | "refused" | "ended";

/** The agent's own page as somebody sees it. */
export class ScreenPage {
  private constructor(private readonly page: Page) {}

  /** Opens a device's screen and gives the key. */
  static async open(
    browser: TestBrowser,
    { http, deviceId }: { readonly http: string; readonly deviceId: string },
    { search = "?fps=30", key = TEST_KEY } = {},
  ): Promise<ScreenPage> {
    const page = await browser.page();
    await page.goto(`http://${http}/screen/${deviceId}${search}`);
    await page.fill("#key", key);
    await page.click("#ask button[type=submit]");
    return new ScreenPage(page);
  }

  async state(): Promise<PageState> {
    return await this.page.locator("html").getAttribute("data-state") as PageState;
  }

  /** What the page says about it, in words. */
  async says(): Promise<string> {
    const texts = ["#status-text", "#notice-text", "#key-error"].map((id) => this.page.locator(id).textContent());
    return (await Promise.all(texts)).filter(Boolean).join(" / ");
  }

  /** Resolves when it is in this state. */
  async becomes(state: PageState): Promise<void> {
    try {
      await this.page.locator(`html[data-state=${state}]`).waitFor({ state: "attached" });
    } catch (error) {
      throw new Error(`the page is not ${state}, but ${await this.state()}: ${await this.says()}`, { cause: error });
    }
  }

  /** The picture as it is now. */
  async pixels(): Promise<Pixels> {
    return pixelsOf(await this.page.evaluate(canvasPixels, "#picture"));
  }

  /** The picture once it is as it should be. */
  async shows(fits: (pixels: Pixels) => boolean, what: string): Promise<Pixels> {
    return await eventually(
      async () => {
        const pixels = await this.pixels();
        return fits(pixels) ? pixels : undefined;
      },
      `the page to show ${what}`,
      undefined,
      PAGE_LIMIT_MS,
    );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
