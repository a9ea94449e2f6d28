import type { Page } from "playwright-core";
import { MeshSession } from "../mesh_client.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../assert.ts";
import { AgentProcess, eventually, TemporaryFolder, TEST_KEY } from "../processes.ts";
import { ShownScreen } from "./shown_screen.ts";
import { CHROMIUM_MISSING, TestBrowser } from "./viewers.ts";
import { Xvfb, XVFB_MISSING } from "./xvfb.ts";

const withoutScreen = CHROMIUM_MISSING !== undefined;
const ignore = (CHROMIUM_MISSING ?? XVFB_MISSING) !== undefined;

/** A browser on a busy machine needs long, in ms. */
const PATIENCE_MS = 120_000;

function become(page: Page, state: string): Promise<void> {
  return page.locator(`html[data-state=${state}]`).waitFor({ state: "attached" });
}

async function giveKey(page: Page, key = TEST_KEY): Promise<void> {
  await page.getByLabel("Mesh key or session").fill(key);
  await page.keyboard.press("Enter");
}

/** What programs may read of the page. */
interface Counters {
  readonly edgemeshScreen: { readonly frames: number; readonly fps: number; readonly delay: number | undefined };
}

function counters(page: Page): Promise<{ frames: number; fps: number; delay: number | undefined }> {
  return page.evaluate(() => {
    const { frames, fps, delay } = (globalThis as unknown as Counters).edgemeshScreen;
    return { frames, fps, delay };
  });
}

async function streamsOf(session: MeshSession): Promise<number> {
  const { devices: [device] } = await session.client.mesh("ListDeviceStates", {});
  return device?.screen_streams.length ?? -1;
}

Deno.test({
  name: "the page asks for the key, says plainly when it is wrong, and why a device shows nothing",
  ignore: withoutScreen,
  async fn() {
    await using agent = await AgentProcess.start({ name: "shy", flags: ["--no-screen"] });
    await using browser = await TestBrowser.start();
    const page = await browser.page();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        faults.push(message.text());
      }
    });
    const asked = new Set<string>();
    page.on("request", (request) => asked.add(new URL(request.url()).origin));
    await page.goto(`http://${agent.http}/screen/shy`);
    await become(page, "key");
    await giveKey(page, "a wrong key");
    await page.getByText("wrong mesh key, or a session that has ended").waitFor();
    await giveKey(page, "ключ");
    await page.getByText("this is no key").waitFor();
    await giveKey(page);
    await become(page, "refused");
    const notice = await page.locator("#notice-text").textContent();
    assertMatch(notice ?? "", /^shy does not show its screen: .*--screen off/);
    assertEquals(await page.title(), "shy – edgemesh");
    // Nobody was asked but the agent, and the key is in no address.
    assertEquals([...asked].filter((origin) => origin !== "null"), [`http://${agent.http}`]);
    assert(!page.url().includes("key"), page.url());
    assertEquals(faults, []);
    await page.goto(`http://${agent.http}/screen/nobody`);
    await become(page, "refused");
    assertStringIncludes(
      await page.locator("#notice-text").textContent() ?? "",
      "This mesh has no device “nobody”. It has shy (",
    );
    await page.getByRole("button", { name: "Connect again" }).waitFor();
  },
});

Deno.test({
  name: "what is picked counts at once and after the page is loaded again; a closed page ends its stream",
  ignore,
  async fn() {
    await using screen = await ShownScreen.start({ width: 640, height: 480 });
    using session = await MeshSession.open(screen.agent.grpc);
    await using browser = await TestBrowser.start();
    const page = await browser.page();
    await page.goto(`http://${screen.agent.http}/screen/shown?fps=30`);
    await giveKey(page);
    await become(page, "streaming");
    await page.getByLabel("At most").selectOption("4");
    await page.getByLabel("Quality").selectOption("90");
    await eventually(
      async () => await page.getByLabel("Quality").inputValue() === "90" || undefined,
      "the quality that was picked",
    );
    assertMatch(page.url(), /\?fps=4&quality=90$/);
    await page.reload();
    await become(page, "streaming");
    assertEquals(
      [await page.getByLabel("At most").inputValue(), await page.getByLabel("Quality").inputValue()],
      ["4", "90"],
    );
    assertEquals(await page.getByLabel("Monitor").locator("option").allTextContents(), [
      "0: screen, 640 × 480, primary",
    ]);
    await eventually(async () => await streamsOf(session) === 1 || undefined, "one stream");
    await page.close({ runBeforeUnload: true });
    await eventually(async () => await streamsOf(session) === 0 || undefined, "no stream", undefined, PATIENCE_MS);
  },
});

Deno.test({
  name: "the picture fits the window, or is shown pixel by pixel; frames and their delay are counted",
  ignore,
  async fn() {
    await using screen = await ShownScreen.start({ width: 640, height: 480 });
    await using browser = await TestBrowser.start();
    const page = await browser.page();
    await page.setViewportSize({ width: 500, height: 700 });
    await page.goto(`http://${screen.agent.http}/screen/shown?fps=30`);
    await giveKey(page);
    await become(page, "streaming");
    const size = async () => await page.locator("#screen").boundingBox();
    const fitted = await size();
    assertEquals([fitted?.width, fitted?.height], [500, 375]);
    await page.locator("#stage").press("1");
    const actual = await size();
    assertEquals([actual?.width, actual?.height], [640, 480]);
    assertEquals(await page.getByRole("button", { name: "1:1" }).getAttribute("aria-pressed"), "true");
    const before = await counters(page);
    for (let step = 0; step < 10; step++) {
      await screen.fill(step * 20, 0, 20, 20, 0xff0000);
      await eventually(
        async () => (await counters(page)).frames > before.frames + step || undefined,
        "another frame",
        undefined,
        PATIENCE_MS,
      );
    }
    const { fps, delay = -1 } = await counters(page);
    assert(fps > 0, `${fps} fps`);
    // Of one machine's clock: it is no guess.
    assert(delay >= 0 && delay < PATIENCE_MS, `${delay} ms`);
    await page.getByRole("button", { name: "Stop" }).click();
    await become(page, "ended");
    await page.getByRole("button", { name: "Connect again" }).click();
    await become(page, "streaming");
  },
});

Deno.test({
  name: "the page comes back by itself when its agent does",
  ignore,
  async fn() {
    await using server = await Xvfb.start({ width: 320, height: 240 });
    using data = new TemporaryFolder();
    const options = {
      name: "shown",
      dataDir: data.path,
      flags: ["--screen", "allow", "--capture", "x11"],
      env: { DISPLAY: server.display },
    };
    await using browser = await TestBrowser.start();
    const page = await browser.page();
    let addresses: { grpc: string; http: string };
    {
      await using agent = await AgentProcess.start(options);
      addresses = { grpc: agent.grpc, http: agent.http };
      await page.goto(`http://${agent.http}/screen/shown`);
      await giveKey(page);
      await become(page, "streaming");
      await agent.kill();
    }
    await become(page, "waiting");
    assertMatch(await page.locator("#notice-text").textContent() ?? "", /Trying again…$/);
    await using _again = await AgentProcess.start({ ...options, ...addresses });
    await become(page, "streaming");
  },
});
