/**
 * A process that does with the agent's own parts what ffmpeg does with x11grab: `jpegs.ts FPS SECONDS FOLDER` captures
 * DISPLAY and makes a whole JPEG of each picture, which goes nowhere. Prints {@link JpegFigures}.
 */
import { cpuUsage } from "node:process";
import { delay } from "../../../agent/core/abort.ts";
import { openScreen } from "../../../agent/screen/capture/open_screen.ts";
import { openJpegEncoder } from "../../../agent/screen/jpeg/jpeg_encoder.ts";
import { MonitorFeed } from "../../../agent/screen/picture/monitor_feed.ts";

/** What capturing and compressing took. */
export interface JpegFigures {
  readonly pictures: number;
  readonly bytes: number;
  /** Processor time of all threads, starting not counted. */
  readonly cpuMs: number;
}

/** What streams have by default. */
const QUALITY = 60;
/** What is compiled once is not counted. */
const WARM_UP = 10;

async function capture(fps: number, seconds: number, dataDir: string): Promise<JpegFigures> {
  const environment = { os: Deno.build.os, variable: (name: string) => Deno.env.get(name) || undefined };
  const { source } = await openScreen({ capture: "x11", environment });
  const encoder = await openJpegEncoder({ dataDir });
  const [monitor] = await source.monitors();
  if (!monitor) throw new Error("the screen has no monitor");
  const feed = new MonitorFeed(source, monitor);
  const picture = async () => {
    await feed.refresh();
    return (await encoder.encode(feed.picture, QUALITY)).length;
  };
  for (let n = 0; n < WARM_UP; n++) await picture();
  const before = cpuUsage();
  const began = performance.now();
  let bytes = 0;
  const pictures = Math.round(fps * seconds);
  for (let n = 1; n <= pictures; n++) {
    bytes += await picture();
    await delay(Math.max(0, began + n * 1000 / fps - performance.now()));
  }
  const { user, system } = cpuUsage(before);
  await source.close();
  encoder.close();
  return { pictures, bytes, cpuMs: (user + system) / 1000 };
}

if (import.meta.main) {
  const [fps, seconds, dataDir = ""] = Deno.args;
  console.log(JSON.stringify(await capture(Number(fps), Number(seconds), dataDir)));
}
