/**
 * A clock that can be read off a picture: 32 black or white blocks, eight in a row, most significant bit first. 24 bits are
 * milliseconds, the last 8 tell a clock from anything else.
 */

/** Of a block, in pixels: as large as the units that JPEG works in. */
export const BLOCK = 16;
const COLUMNS = 8;
const ROWS = 4;

export const CODE_WIDTH = COLUMNS * BLOCK;
export const CODE_HEIGHT = ROWS * BLOCK;

/** The clock begins anew after so many ms, which is 4.6 hours. */
const CYCLE_MS = 2 ** 24;

/** The blocks of a time: whether each is white. */
export function timeBlocks(ms: number): boolean[] {
  const time = Math.floor(ms) % CYCLE_MS;
  const bits = time * 256 + checkOf(time);
  return Array.from({ length: COLUMNS * ROWS }, (_, at) => Math.floor(bits / 2 ** (31 - at)) % 2 === 1);
}

/** The boxes of the white blocks; the rest of the clock is black. */
export function whiteBoxes(ms: number): [number, number, number, number][] {
  return timeBlocks(ms).flatMap((white, at): [number, number, number, number][] =>
    white ? [[(at % COLUMNS) * BLOCK, Math.floor(at / COLUMNS) * BLOCK, BLOCK, BLOCK]] : []
  );
}

/**
 * The time that a picture shows in its upper left corner; undefined where that is no clock.
 *
 * @param pixels 4 bytes each, of a picture {@link CODE_WIDTH} wide and {@link CODE_HEIGHT} high; their green is looked at
 */
export function readTimeCode(pixels: Uint8Array | Uint8ClampedArray): number | undefined {
  let bits = 0;
  for (let at = 0; at < COLUMNS * ROWS; at++) {
    const x = (at % COLUMNS) * BLOCK + BLOCK / 2;
    const y = Math.floor(at / COLUMNS) * BLOCK + BLOCK / 2;
    bits = bits * 2 + ((pixels[(y * CODE_WIDTH + x) * 4 + 1] ?? 0) > 127 ? 1 : 0);
  }
  const time = Math.floor(bits / 256);
  return bits % 256 === checkOf(time) ? time : undefined;
}

/** How long ago a time was that was read off a picture, in ms. */
export function ageOf(time: number, now: number): number {
  return ((now - time) % CYCLE_MS + CYCLE_MS) % CYCLE_MS;
}

/** Never that of a corner in one colour. */
function checkOf(time: number): number {
  return ((time & 0xff) ^ (time >> 8 & 0xff) ^ (time >> 16 & 0xff) ^ 0xa5) & 0xff;
}
