/** How long each of `count` runs took, one after the other, in ms. */
export async function timed(count: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  return times;
}

export async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** Runs `count` times, with `inFlight` under way at any time. */
export async function atOnce(count: number, inFlight: number, run: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const runner = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, runner));
}

/** When something was, in ms since 1970: comparable between processes of one machine. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}
