import { assertEquals, assertStringIncludes } from "../assert.ts";
import { eventually } from "../processes.ts";
import { ShownScreen } from "./shown_screen.ts";
import { lightBox } from "./pixels.ts";
import { CHROMIUM_MISSING, ScreenPage, TestBrowser } from "./viewers.ts";
import { XVFB_MISSING } from "./xvfb.ts";

const ignore = (CHROMIUM_MISSING ?? XVFB_MISSING) !== undefined;

const WHITE = 0xffffff;
const AREA = { x: 0, y: 0, width: 640, height: 480 };

/** Ten pages keep a small machine busy; in ms. */
const PATIENCE_MS = 180_000;

/** Streams of one device at once. */
const STREAMS = 4;

Deno.test({
  name: "when the X server dies in mid-stream the page says so, and shows the new screen once it is back",
  ignore,
  async fn() {
    await using screen = await ShownScreen.start();
    await using browser = await TestBrowser.start();
    const page = await ScreenPage.open(browser, screen.agent);
    await page.becomes("streaming");
    await screen.restart(async () => {
      await page.becomes("paused");
      assertStringIncludes(await page.says(), "cannot be captured");
    });
    const box = { x: 101, y: 53, width: 40, height: 30 };
    await screen.fill(box.x, box.y, box.width, box.height, WHITE);
    await page.becomes("streaming");
    await page.shows((pixels) => JSON.stringify(lightBox(pixels, AREA)) === JSON.stringify(box), "the new screen");
  },
});

Deno.test({
  name: "of ten viewers four see the screen, the others are told why not, and the next gets in when one leaves",
  ignore,
  async fn() {
    await using screen = await ShownScreen.start();
    await using browser = await TestBrowser.start();
    const pages = await Promise.all(
      Array.from({ length: 10 }, () => ScreenPage.open(browser, screen.agent, { search: "?fps=2" })),
    );
    const inState = async (state: string) => {
      const states = await Promise.all(pages.map(async (page) => ({ page, state: await page.state() })));
      return states.filter((one) => one.state === state).map(({ page }) => page);
    };
    const [first] = await eventually(
      async () => {
        const streaming = await inState("streaming");
        return streaming.length === STREAMS && (await inState("waiting")).length > 0 ? streaming : undefined;
      },
      "four viewers that see the screen",
      undefined,
      PATIENCE_MS,
    );
    const isTold = async (page: ScreenPage) => (await page.says()).includes(`${STREAMS} streams`);
    await eventually(
      async () => {
        for (const page of await inState("waiting")) if (await isTold(page)) return true;
      },
      "a viewer that is told why it waits",
      undefined,
      PATIENCE_MS,
    );
    if (first) pages.splice(pages.indexOf(first), 1);
    await first?.close();
    await eventually(
      async () => (await inState("streaming")).length === STREAMS || undefined,
      "the next one to get in",
    );
  },
});

Deno.test({
  name: "with a wrong key the page shows nothing and asks again",
  ignore,
  async fn() {
    await using screen = await ShownScreen.start();
    await using browser = await TestBrowser.start();
    const page = await ScreenPage.open(browser, screen.agent, { key: "not the key" });
    await page.becomes("key");
    await eventually(async () => (await page.says()).includes("key") || undefined, "what is wrong");
    assertEquals((await page.pixels()).rgba.some((value, at) => at % 4 !== 3 && value !== 0), false);
  },
});
