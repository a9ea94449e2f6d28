import { BENCH_KEY, type BenchAgent, startAgent } from "../shared/bench_agent.ts";
import { LineReader } from "../shared/line_reader.ts";
import type { Workplace } from "../shared/measurement.ts";
import { fromSource, moduleProgram } from "../shared/program.ts";
import { ViewerBrowser } from "./browser.ts";
import type { SceneName } from "./scenes.ts";
import { startVirtualScreen, type VirtualScreen } from "./virtual_screen.ts";
import type { ViewOptions } from "./viewer_page.ts";

/** A scene's first picture may take this long on a busy machine, in ms. */
const SCENE_LIMIT_MS = 30_000;

/** What a measurement of screens works with: a screen, an agent that shows it, and a browser. */
export interface Setting extends Workplace {
  readonly screen: VirtualScreen;
  readonly agent: BenchAgent;
  readonly browser: ViewerBrowser;
}

/** @param profileTo the folder into which the agent writes CPU profiles when it ends */
export async function startSetting(workplace: Workplace, profileTo?: string): Promise<Setting> {
  const { children, folder } = workplace;
  const screen = await startVirtualScreen(children);
  const program = fromSource(profileTo === undefined ? {} : { profileTo });
  const agent = await startAgent(children, program, {
    folder,
    name: "screen",
    flags: ["--screen", "allow", "--capture", "x11"],
    env: { DISPLAY: screen.display },
  });
  return { ...workplace, screen, agent, browser: await ViewerBrowser.start() };
}

/** How a page looks at the agent's screen. */
export function viewOf({ agent: { http, deviceId } }: Setting, fps: number): ViewOptions {
  return { http, deviceId, key: BENCH_KEY, fps };
}

/** Something on the screen that moves until it is stopped. @param rate changes a second */
export async function startScene({ children, screen }: Setting, name: SceneName, rate: number) {
  const { command, args, env } = moduleProgram(new URL("painter.ts", import.meta.url));
  const child = children.spawn(command, {
    args: [...args, screen.display, name, String(rate)],
    clearEnv: true,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
  const ready = await new LineReader(child.process.stdout).next(SCENE_LIMIT_MS);
  if (ready !== "ready") throw new Error(`the scene ${name} does not begin`);
  return {
    async stop() {
      await child.process.stdin.close();
      await child.process.status;
    },
  };
}
