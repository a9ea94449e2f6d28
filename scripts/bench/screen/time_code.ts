/**
 * A clock that can be read off a picture: 32 black or white blocks, eight in a row, most significant bit first. 24 bits are
 * milliseconds, the last 8 tell a clock from anything else.
 */

/** Of a block, in pixels: as large as the units that JPEG works in. */
export const BLOCK = 16;
export const COLUMNS = 8;
export const ROWS = 4;

export const CODE_WIDTH = COLUMNS * BLOCK;
export const CODE_HEIGHT = ROWS * BLOCK;

/** The clock begins anew after so many ms, which is 4.6 hours. */
const CYCLE_MS = 2 ** 24;

/** The white blocks of a time, as left, top, width and height in pixels; the others are black. */
export function whiteBlocks(ms: number): [number, number, number, number][] {
  const time = Math.floor(ms) % CYCLE_MS;
  const bits = time * 256 + checkOf(time);
  return Array.from({ length: COLUMNS * ROWS }, (_, at) => at)
    .filter((at) => Math.floor(bits / 2 ** (COLUMNS * ROWS - 1 - at)) % 2 === 1)
    .map((at) => [(at % COLUMNS) * BLOCK, Math.floor(at / COLUMNS) * BLOCK, BLOCK, BLOCK]);
}

/**
 * How old a picture is whose blocks were read, in ms; undefined where they are no clock.
 *
 * @param bits a block each, white = 1
 * @param now ms since 1970
 */
export function ageOf(bits: number, now: number): number | undefined {
  const time = Math.floor(bits / 256);
  if (bits % 256 !== checkOf(time)) return undefined;
  return (now % CYCLE_MS - time + CYCLE_MS) % CYCLE_MS;
}

/** Never that of a corner in one colour. */
function checkOf(time: number): number {
  return ((time & 0xff) ^ (time >> 8 & 0xff) ^ (time >> 16 & 0xff) ^ 0xa5) & 0xff;
}
