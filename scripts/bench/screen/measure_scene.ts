import { delay } from "../../../agent/core/abort.ts";
import { processorSeconds } from "../shared/process_facts.ts";
import { type NetworkKind, startNetwork } from "./network.ts";
import { treeProcessorSeconds } from "./process_tree.ts";
import type { SceneName } from "./scenes.ts";
import { type Setting, startScene, viewOf } from "./setting.ts";
import type { Viewed } from "./viewer_page.ts";

/** What is on the screen, and how it is looked at. */
export interface View {
  readonly scene: SceneName;
  /** Changes of the scene in a second. */
  readonly changes: number;
  /** Asked for. */
  readonly fps: number;
  readonly video?: "vp8";
}

/** What a viewer saw, and what it took: processor time as a share of one core. */
export interface SceneFigures extends Viewed {
  readonly fps: number;
  /** Whether it was a video, which is sent in a way of its own. */
  readonly video: boolean;
  readonly agent: number;
  readonly display: number;
  readonly browser: number;
}

/** A stream has found its pace after this, in ms. */
const SETTLE_MS = 4_000;

/** Looks at a scene for `ms`. @param network between agent and viewer; none = this machine's own */
export async function measureScene(
  setting: Setting,
  { scene, changes, video, ...view }: View,
  ms: number,
  network?: NetworkKind,
): Promise<SceneFigures> {
  const moving = await startScene(setting, scene, changes);
  const between = network && startNetwork(setting.children, network);
  try {
    const page = await setting.browser.page(between);
    await page.open({ ...viewOf(setting, view.fps), ...(video ? { video } : {}) });
    await delay(SETTLE_MS);
    const used = await usedSince(setting);
    const viewed = await page.watch(ms);
    const { agent, display, browser } = await used();
    await page.close();
    // A viewer that is taken for an old one gets scaled pictures, which would meet every aim.
    if (!video && viewed.rates.length === 0) {
      throw new Error(`the viewer was not welcomed, and saw no tiles but pictures ${viewed.canvasWidth} pixels wide`);
    }
    const share = (seconds: number) => seconds / viewed.seconds;
    return {
      ...viewed,
      fps: viewed.ages.length / viewed.seconds,
      video: video !== undefined,
      agent: share(agent),
      display: share(display),
      browser: share(browser),
    };
  } finally {
    await between?.stop();
    await moving.stop();
  }
}

/** Processor seconds from now on. */
async function usedSince({ agent, screen, browser }: Setting) {
  const now = async () => ({
    agent: treeProcessorSeconds(agent.pid),
    display: processorSeconds(screen.pid),
    browser: await browser.processorSeconds(),
  });
  const before = await now();
  return async () => {
    const after = await now();
    return {
      agent: after.agent - before.agent,
      display: after.display - before.display,
      browser: after.browser - before.browser,
    };
  };
}
