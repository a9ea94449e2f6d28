/**
 * What a viewer of a screen sees, and what that takes, in one run:
 * `deno task bench screen [--quick] [--markdown FILE] [--only TEXT] [--profile DIR]`. The screen is Xvfb's, the viewer a
 * real Chromium on the agent's own page; screen, scene, agent, browser and the network between them are processes of their
 * own on this machine. Every picture tells in its corner when it was drawn: the delay is from there to the viewer's canvas.
 */
import { resolve } from "node:path";
import { type Aim, aimCell, FIGURE_TITLES, figureCells } from "./screen/aims.ts";
import { measureCycles } from "./screen/measure_cycles.ts";
import { measureRival } from "./screen/measure_rival.ts";
import { measureScene, type View } from "./screen/measure_scene.ts";
import type { NetworkKind } from "./screen/network.ts";
import { type Setting, startSetting } from "./screen/setting.ts";
import { runMeasurement, type Workplace } from "./shared/measurement.ts";
import { profileFolder } from "./shared/profile.ts";
import { stepsSaid } from "./shared/steps.ts";
import type { Section } from "./shared/table.ts";

/** More changes a second than pictures are asked for, as on real screens. */
const TYPING: View = { scene: "typing", changes: 40, fps: 30 };
const SCROLLING: View = { scene: "scrolling", changes: 60, fps: 15 };
const MOVING: View = { scene: "moving", changes: 30, fps: 8 };
/** As fast as a person types. */
const SLOW_TYPING: View = { scene: "typing", changes: 8, fps: 30 };

interface Row {
  readonly title: string;
  readonly view: View;
  readonly aim?: Aim;
}

interface Part {
  readonly title: string;
  readonly network?: NetworkKind;
  readonly rows: readonly Row[];
}

const PARTS: readonly Part[] = [
  {
    title: "no network delay",
    rows: [
      { title: "typing, 30 fps asked", view: TYPING, aim: { fps: 30, kilobytes: 20, core: 0.05 } },
      { title: "typing 8 letters/s, 30 fps asked", view: SLOW_TYPING },
      { title: "scrolling, 15 fps asked", view: SCROLLING, aim: { fps: 15, delayMs: 80 } },
      { title: "all moving, 8 fps asked", view: MOVING, aim: { fps: 8, delayMs: 80, core: 0.35 } },
    ],
  },
  {
    title: "20 ms of round trip",
    network: { roundTripMs: 20, loss: 0 },
    rows: [
      { title: "typing, 30 fps asked", view: TYPING, aim: { fps: 30, delayMs: 130 } },
      { title: "scrolling, 15 fps asked", view: SCROLLING, aim: { fps: 15, delayMs: 130 } },
      { title: "all moving, 8 fps asked", view: MOVING, aim: { fps: 8, delayMs: 130 } },
    ],
  },
  {
    title: "20 ms of round trip, 1 % lost",
    network: { roundTripMs: 20, loss: 0.01 },
    rows: [
      { title: "typing, 30 fps asked", view: TYPING, aim: { fps: 10, gapMs: 1000 } },
      { title: "scrolling, 15 fps asked", view: SCROLLING, aim: { fps: 10, gapMs: 1000 } },
      { title: "all moving, 8 fps asked", view: MOVING, aim: { gapMs: 1000 } },
      {
        title: "all moving as VP8, 8 fps asked",
        view: { ...MOVING, video: "vp8" },
        aim: { fps: 8, delayMs: 150, gapMs: 1000 },
      },
    ],
  },
];

interface Extent {
  /** How long each scene is watched, in ms. */
  readonly watchMs: number;
  readonly rivalSeconds: number;
  readonly cycles: number;
}

const FULL: Extent = { watchMs: 10_000, rivalSeconds: 24, cycles: 50 };

/** Enough to see that everything works; the figures say little. */
const QUICK: Extent = { watchMs: 2_000, rivalSeconds: 3, cycles: 3 };

const RIVAL = "against ffmpeg";
const CYCLES = "streams started and stopped";

async function measure(workplace: Workplace): Promise<Section[]> {
  const extent = workplace.quick ? QUICK : FULL;
  const profile = workplace.given.text("profile");
  const setting = await startSetting(
    workplace,
    profile === undefined ? undefined : await profileFolder(resolve(profile)),
  );
  await using _ = setting.browser;
  const step = stepsSaid();
  const only = workplace.given.text("only") ?? "";
  const wanted = (title: string) => title.includes(only) && (step(title), true);
  const sections: Section[] = [];
  for (const part of PARTS) {
    const rows: string[][] = [];
    for (const row of part.rows) {
      if (wanted(`${part.title}: ${row.title}`)) rows.push(await measureRow(setting, part, row, extent.watchMs));
    }
    if (rows.length > 0) sections.push({ columns: [part.title, "aim", ...FIGURE_TITLES], rows });
  }
  if (wanted(RIVAL)) sections.push(await measureRival(setting, MOVING.fps, extent.rivalSeconds));
  if (wanted(CYCLES)) sections.push(await measureCycles(setting, extent.cycles));
  await setting.agent.stop();
  return sections;
}

/** What cannot be measured is said in its row: the others still count. */
async function measureRow(setting: Setting, part: Part, { title, view, aim }: Row, watchMs: number): Promise<string[]> {
  try {
    const figures = await measureScene(setting, view, watchMs, part.network);
    return [title, aim ? aimCell(aim, figures) : "", ...figureCells(figures)];
  } catch (error) {
    console.error(`${title}: ${error instanceof Error ? error.message : error}`);
    return [title, "missed: nothing was seen"];
  }
}

if (import.meta.main) {
  const flags = {
    only: { kind: "string", placeholder: "TEXT", help: "only what has this in its name" },
    profile: { kind: "string", placeholder: "DIR", help: "write the agent's CPU profiles there" },
  } as const;
  Deno.exit(await runMeasurement({ limitMs: 600_000, flags, measure }, Deno.args));
}
