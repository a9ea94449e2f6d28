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
  let cheapest: Pair | undefined;
  for (const [first, a] of rectangles.entries()) {
    for (const [after, b] of rectangles.slice(first + 1).entries()) {
      const both = boundsOf([a, b]);
      // What was joined may lie over a third one, and must then take it in.
      const cost = overlap(a, b) ? -1 : area(both) - area(a) - area(b);
      if (cost > allowance || cost >= least) continue;
      least = cost;
      cheapest = { first, second: first + 1 + after, both };
    }
  }
  return cheapest;
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

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function area({ width, height }: Rectangle): number {
  return width * height;
}
