import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { eventually } from "../processes.ts";
import { answerAsOldViewer, canvasPixels, oldViewerSaw } from "./in_page.js";
import { desktopPicture, lightBox, type Pixels, pixelsOf, psnr } from "./pixels.ts";
import { ShownScreen } from "./shown_screen.ts";
import { CHROMIUM_MISSING, ScreenPage, TestBrowser } from "./viewers.ts";
import { XVFB_MISSING } from "./xvfb.ts";

const ignore = (CHROMIUM_MISSING ?? XVFB_MISSING) !== undefined;

const [BLACK, WHITE] = [0x000000, 0xffffff];

/** A browser on a busy machine needs long; in ms. */
const PATIENCE_MS = 120_000;

/** More is hard to tell from the screen itself, in dB. */
const LIKE_THE_SCREEN = 30;

/** Boxes at odd places: across tiles, within one, at the edges, one pixel wide. */
const BOXES = [
  { x: 333, y: 217, width: 45, height: 31 },
  { x: 67, y: 129, width: 11, height: 7 },
  { x: 0, y: 0, width: 5, height: 480 },
  { x: 639, y: 191, width: 1, height: 66 },
];

const AREA = { x: 0, y: 0, width: 640, height: 480 };

Deno.test({
  name: "a browser shows the screen as it is, and each change where it is",
  ignore,
  async fn() {
    await using screen = await ShownScreen.start();
    const desktop = desktopPicture(640, 480);
    await screen.paint(desktop);
    await using browser = await TestBrowser.start();
    const page = await ScreenPage.open(browser, screen.agent);
    await page.becomes("streaming");
    await page.shows((pixels) => psnr(pixels, desktop) > LIKE_THE_SCREEN, "the desktop");
    await movesBoxes(screen, () => page.pixels());
    await screen.paint(desktop);
    await page.shows((pixels) => psnr(pixels, desktop) > LIKE_THE_SCREEN, "the desktop again");
    assertStringIncludes(await page.says(), "x11");
  },
});

Deno.test({
  name: "a viewer from before there were tiles shows the screen as it is, and each change where it is",
  ignore,
  async fn() {
    await using screen = await ShownScreen.start();
    const desktop = desktopPicture(640, 480);
    await screen.paint(desktop);
    using session = await MeshSession.open(screen.agent.grpc);
    const { client } = session;
    await using browser = await TestBrowser.start();
    const page = await browser.page();
    const { stream_id, sdp } = await client.mesh("StartScreen", { config: { target_fps: 30 } });
    const answer = await page.evaluate(answerAsOldViewer, sdp);
    await client.mesh("AnswerScreen", { stream_id, sdp: answer });
    const look = async () => pixelsOf(await page.evaluate(canvasPixels, "canvas"));
    await until(look, (pixels) => psnr(pixels, desktop) > LIKE_THE_SCREEN, "the desktop");
    await movesBoxes(screen, look);
    const { pictures } = await page.evaluate(oldViewerSaw);
    // Nothing changes now: it is sent again, so that the viewer knows that it is not cut off.
    await eventually(
      async () => (await page.evaluate(oldViewerSaw)).pictures > pictures || undefined,
      "a sign of life",
      undefined,
      PATIENCE_MS,
    );
    const { texts, largest } = await page.evaluate(oldViewerSaw);
    assertEquals(texts, 0, "messages that an old viewer does not understand");
    assert(largest <= 262_144, `a message of ${largest} bytes`);
    await client.mesh("StopScreen", { stream_id });
  },
});

/** White boxes on a black screen, one after the other, each to the pixel. */
async function movesBoxes(screen: ShownScreen, look: () => Promise<Pixels>): Promise<void> {
  await screen.fill(0, 0, 640, 480, BLACK);
  await until(look, (pixels) => pixels.width === 640 && lightBox(pixels, AREA) === undefined, "a black screen");
  for (const box of BOXES) {
    await screen.fill(box.x, box.y, box.width, box.height, WHITE);
    const isThere = (pixels: Pixels) => JSON.stringify(lightBox(pixels, AREA)) === JSON.stringify(box);
    await until(look, isThere, `a box at ${JSON.stringify(box)}`);
    await screen.fill(box.x, box.y, box.width, box.height, BLACK);
  }
}

async function until(look: () => Promise<Pixels>, fits: (pixels: Pixels) => boolean, what: string): Promise<void> {
  let last: Pixels | undefined;
  try {
    await eventually(async () => fits(last = await look()) || undefined, what, undefined, PATIENCE_MS);
  } catch (error) {
    const seen = last &&
      `${last.width} × ${last.height}, light: ${JSON.stringify(lightBox(last, { ...AREA, ...last }))}`;
    throw new Error(`it did not show ${what}, but ${seen}`, { cause: error });
  }
}
