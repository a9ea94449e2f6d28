/** How much of the picture's resolution is sent, each way. */
export type Scale = 1 | 0.5 | 0.25;

/** How frames are sent. */
export interface Rung {
  /** Frames in a second at most, above 0. */
  readonly fps: number;
  /** Of the JPEGs, 1 to 100. */
  readonly quality: number;
  readonly scale: Scale;
}

/** Under this rate a picture no longer seems to move: quality and resolution are given up first. In frames/s. */
const MOVING_FPS = 10;
/** Under this quality text is hard to read. */
const LEAST_QUALITY = 30;

/**
 * What is given up, step by step, where the way to a viewer is too slow for what was asked: first rate, then quality, then resolution, then
 * what is left of the rate. The first rung is what was asked.
 */
export function ladder(fps: number, quality: number): readonly Rung[] {
  const moving = Math.min(fps, MOVING_FPS);
  const leastQuality = Math.min(quality, LEAST_QUALITY);
  const rungs: Rung[] = [];
  let rung: Rung = { fps, quality, scale: 1 };
  const add = (change: Partial<Rung>) => {
    const next = { ...rung, ...change };
    if (rungs.length > 0 && next.fps === rung.fps && next.quality === rung.quality && next.scale === rung.scale) return;
    rungs.push(rung = next);
  };
  add({});
  add({ fps: Math.max(moving, Math.round(fps * 0.7)) });
  add({ fps: Math.max(moving, Math.round(fps * 0.5)) });
  for (const share of [2 / 3, 1 / 3, 0]) add({ quality: Math.round(leastQuality + (quality - leastQuality) * share) });
  add({ scale: 0.5 });
  add({ scale: 0.25 });
  for (const least of [5, 2, 1]) add({ fps: Math.min(rung.fps, least) });
  return rungs;
}
