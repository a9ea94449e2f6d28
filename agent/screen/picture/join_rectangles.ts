import type { Rectangle } from "../types.ts";

/** More rectangles than this are left alone: joining takes the third power of their number. */
const MOST_TO_JOIN = 32;

/**
 * Fewer rectangles that cover the given ones: two become one wherever that covers at most so much more.
 *
 * @param rectangles that do not lie over each other
 * @param allowance what one rectangle more costs, as an area
 * @returns rectangles that do not lie over each other
 */
export function joinRectangles(rectangles: readonly Rectangle[], allowance: number): readonly Rectangle[] {
  if (rectangles.length < 2 || rectangles.length > MOST_TO_JOIN) return rectangles;
  const joined = [...rectangles];
  for (let pair = cheapestPair(joined, allowance); pair !== undefined; pair = cheapestPair(joined, allowance)) {
    joined.splice(pair.second, 1);
    joined[pair.first] = pair.both;
  }
  return joined;
}

interface Pair {
  readonly first: number;
  readonly second: number;
  readonly both: Rectangle;
}

function cheapestPair(rectangles: readonly Rectangle[], allowance: number): Pair | undefined {
  let least = Infinity;
  let pair: [first: number, second: number] | undefined;
  rectangles.forEach((a, first) => {
    for (let second = first + 1; second < rectangles.length; second++) {
      const b = rectangles[second] ?? a;
      const width = Math.max(a.x + a.width, b.x + b.width) - Math.min(a.x, b.x);
      const height = Math.max(a.y + a.height, b.y + b.height) - Math.min(a.y, b.y);
      // What was joined may lie over a third one, and must then take it in.
      const overlap = width < a.width + b.width && height < a.height + b.height;
      const cost = overlap ? -1 : width * height - area(a) - area(b);
      if (cost > allowance || cost >= least) continue;
      least = cost;
      pair = [first, second];
    }
  });
  if (pair === undefined) return undefined;
  const [first, second] = pair;
  return { first, second, both: boundsOf([first, second].flatMap((index) => rectangles[index] ?? [])) };
}

/** The smallest rectangle around some; there must be one. */
export function boundsOf(rectangles: readonly Rectangle[]): Rectangle {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of rectangles) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The pixels, or tiles, that some rectangles cover. */
export function areaOf(rectangles: readonly Rectangle[]): number {
  return rectangles.reduce((sum, rectangle) => sum + area(rectangle), 0);
}

function area({ width, height }: Rectangle): number {
  return width * height;
}
