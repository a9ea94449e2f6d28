import { assert, assertEquals } from "../../../tests/assert.ts";
import { randomNumbers } from "./drawn_picture.ts";
import { areaOf, joinRectangles } from "./join_rectangles.ts";
import { markedRectangles, tileGrid, tilesToPixels } from "./tiles.ts";

Deno.test("the rectangles of marked tiles cover each of them once, and no other", () => {
  const random = randomNumbers(5);
  for (let round = 0; round < 200; round++) {
    const grid = tileGrid(1 + Math.floor(random() * 1300), 1 + Math.floor(random() * 900));
    const density = random();
    const marks = Uint8Array.from({ length: grid.columns * grid.rows }, () => random() < density ? 1 : 0);
    const covered = new Uint8Array(marks.length);
    for (const { x, y, width, height } of markedRectangles(marks, grid)) {
      for (let row = y; row < y + height; row++) {
        for (let column = x; column < x + width; column++) {
          covered[row * grid.columns + column] = 1 + (covered[row * grid.columns + column] ?? 0);
        }
      }
    }
    assertEquals(covered, marks);
  }
});

Deno.test("equal runs below each other are one rectangle, cut off at the picture's border", () => {
  const grid = tileGrid(130, 100);
  assertEquals(grid.columns * grid.rows, 6);
  const rectangles = markedRectangles(Uint8Array.from([0, 1, 1, 0, 1, 1]), grid);
  assertEquals(rectangles, [{ x: 1, y: 0, width: 2, height: 2 }]);
  assertEquals(rectangles.map((rectangle) => tilesToPixels(rectangle, grid)), [{
    x: 64,
    y: 0,
    width: 66,
    height: 100,
  }]);
});

Deno.test("joined rectangles still cover everything, lie apart, and cost no more than before", () => {
  const random = randomNumbers(9);
  for (let round = 0; round < 200; round++) {
    const grid = tileGrid(1920, 1080);
    const density = random() ** 4;
    const marks = Uint8Array.from({ length: grid.columns * grid.rows }, () => random() < density ? 1 : 0);
    const exact = markedRectangles(marks, grid);
    const allowance = Math.floor(random() * 30);
    const joined = joinRectangles(exact, allowance);
    const covered = new Uint8Array(marks.length);
    for (const { x, y, width, height } of joined) {
      for (let row = y; row < y + height; row++) {
        for (let column = x; column < x + width; column++) {
          assertEquals(covered[row * grid.columns + column], 0);
          covered[row * grid.columns + column] = 1;
        }
      }
    }
    assert(marks.every((mark, index) => mark === 0 || covered[index] === 1));
    assert(joined.length <= exact.length && areaOf(joined) >= areaOf(exact));
  }
});
