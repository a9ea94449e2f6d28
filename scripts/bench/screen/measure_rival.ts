import { processorSeconds } from "../shared/process_facts.ts";
import { moduleProgram } from "../shared/program.ts";
import type { Section } from "../shared/table.ts";
import { verdict } from "../shared/figures.ts";
import type { JpegFigures } from "./jpegs.ts";
import { type Setting, startScene } from "./setting.ts";
import { SCREEN_HEIGHT, SCREEN_WIDTH } from "./virtual_screen.ts";

/** What ffmpeg calls the quality that JPEG libraries call 60. */
const FFMPEG_QUALITY = "11";

const CHANGES = 30;

interface RivalFigures extends JpegFigures {
  /** Of the X server, what the scene itself takes included. */
  readonly displayMs: number;
}

/** So often each has its turn: what a busy minute of the machine adds meets both. */
const ROUNDS = 3;

/**
 * Capturing and compressing whole pictures, by the agent's own parts and by ffmpeg, in turn. The qualities are not quite alike: ffmpeg's
 * pictures are smaller, which is less work.
 */
export async function measureRival(setting: Setting, fps: number, seconds: number): Promise<Section> {
  const scene = await startScene(setting, "moving", CHANGES);
  const all: { readonly ours: RivalFigures; readonly theirs: RivalFigures }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await withDisplay(setting, () => byAgentParts(setting, fps, seconds / ROUNDS));
    all.push({ ours, theirs: await withDisplay(setting, () => byFfmpeg(setting, fps, seconds / ROUNDS)) });
  }
  const [ours, theirs] = [total(all.map(({ ours }) => ours)), total(all.map(({ theirs }) => theirs))];
  await scene.stop();
  const frame = ({ cpuMs, pictures }: RivalFigures) => cpuMs / pictures;
  const row = (name: string, figure: (figures: RivalFigures) => string, aim = "") =>
    [name, aim, figure(ours), figure(theirs)] as const;
  return {
    columns: [`whole pictures to JPEG, ${fps} a second, ${seconds} s`, "aim", "the agent's parts", "ffmpeg x11grab"],
    rows: [
      row(
        "processor time a picture",
        (of) => `${frame(of).toFixed(1)} ms`,
        verdict(frame(ours), Number(frame(theirs).toFixed(1)), "ms"),
      ),
      row("of the X server meanwhile", ({ displayMs, pictures }) => `${(displayMs / pictures).toFixed(1)} ms`),
      row("bytes a picture", ({ bytes, pictures }) => `${(bytes / pictures / 1000).toFixed(0)} kB`),
      row("pictures", ({ pictures }) => String(pictures)),
    ],
  };
}

function total(figures: readonly RivalFigures[]): RivalFigures {
  const sum = (pick: (of: RivalFigures) => number) => figures.reduce((all, one) => all + pick(one), 0);
  return {
    pictures: sum(({ pictures }) => pictures),
    bytes: sum(({ bytes }) => bytes),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    displayMs: sum(({ displayMs }) => displayMs),
  };
}

async function withDisplay({ screen }: Setting, run: () => Promise<JpegFigures>): Promise<RivalFigures> {
  const before = processorSeconds(screen.pid);
  const figures = await run();
  return { ...figures, displayMs: (processorSeconds(screen.pid) - before) * 1000 };
}

async function byAgentParts({ screen, folder }: Setting, fps: number, seconds: number): Promise<JpegFigures> {
  const { command, args, env } = moduleProgram(new URL("jpegs.ts", import.meta.url));
  const said = await output(command, [...args, String(fps), String(seconds), folder], {
    ...env,
    DISPLAY: screen.display,
  });
  return JSON.parse(said.stdout);
}

async function byFfmpeg({ screen }: Setting, fps: number, seconds: number): Promise<JpegFigures> {
  const grab = ["-f", "x11grab", "-framerate", String(fps), "-video_size", `${SCREEN_WIDTH}x${SCREEN_HEIGHT}`];
  const jpeg = ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", FFMPEG_QUALITY, "-f", "mjpeg", "-y", "/dev/null"];
  const { stderr } = await output("ffmpeg", [
    ...["-hide_banner", "-nostdin", "-benchmark"],
    ...[...grab, "-i", screen.display, "-t", String(seconds)],
    ...jpeg,
  ]);
  const figure = (pattern: RegExp) => Number([...stderr.matchAll(pattern)].at(-1)?.[1]);
  return {
    pictures: figure(/frame= *(\d+)/g),
    bytes: figure(/video: *(\d+)k/gi) * 1024,
    cpuMs: (figure(/utime=([\d.]+)s/g) + figure(/stime=([\d.]+)s/g)) * 1000,
  };
}

async function output(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], env, stdin: "null" }).output();
  const said = { stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  if (!success) throw new Error(`${command} failed: ${said.stderr.trim().split("\n").at(-1)}`);
  return said;
}
