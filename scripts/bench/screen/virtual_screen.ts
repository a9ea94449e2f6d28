import type { Child, Children } from "../shared/children.ts";
import { LineReader } from "../shared/line_reader.ts";

export const SCREEN_WIDTH = 1920;
export const SCREEN_HEIGHT = 1080;

/** An X server that draws into memory has this long to start, in ms. */
const START_LIMIT_MS = 20_000;

/** An X server without a monitor. */
export interface VirtualScreen {
  /** E.g. `:7`. */
  readonly display: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** @throws {Error} when Xvfb is not installed, or does not start */
export async function startVirtualScreen(children: Children): Promise<VirtualScreen> {
  let child: Child;
  try {
    child = children.spawn("Xvfb", {
      // It chooses a free number itself, and says it. Without -noreset it forgets all as soon as nobody is connected.
      args: ["-displayfd", "1", "-screen", "0", `${SCREEN_WIDTH}x${SCREEN_HEIGHT}x24`, "-noreset", "-nolisten", "tcp"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error("Cannot measure screens: Xvfb is not installed");
    throw error;
  }
  const number = await new LineReader(child.process.stdout).next(START_LIMIT_MS);
  if (!number) throw new Error("Cannot measure screens: Xvfb does not start");
  return { display: `:${number.trim()}`, pid: child.process.pid, stop: () => child.stop() };
}
