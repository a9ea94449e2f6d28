import { MeshError } from "../../../core/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../../../tests/assert.ts";
import { pngFile, type PngOptions } from "../../../../tests/screen/png_file.ts";
import { readPng } from "./png.ts";

/** Blue, green, red of each pixel. */
async function pixels(options: PngOptions, rows: readonly number[][]): Promise<number[][]> {
  const { data, width, height, stride } = await readPng(await pngFile(options, new Uint8Array(rows.flat())));
  assertEquals([width, height, stride], [options.width, options.height, options.width * 4]);
  return Array.from({ length: width * height }, (_, pixel) => [...data.subarray(pixel * 4, pixel * 4 + 3)]);
}

Deno.test("a PNG's colours are put in the order blue, green, red", async () => {
  assertEquals(await pixels({ width: 2, height: 1, color: 2 }, [[0, 1, 2, 3, 4, 5, 6]]), [[3, 2, 1], [6, 5, 4]]);
  assertEquals(await pixels({ width: 2, height: 1, color: 6 }, [[0, 1, 2, 3, 99, 4, 5, 6, 99]]), [[3, 2, 1], [
    6,
    5,
    4,
  ]]);
});

Deno.test("each of PNG's filters is undone", async () => {
  const rows = [
    [1, 10, 20, 30, 1, 1, 1],
    [2, 1, 2, 3, 255, 254, 253],
    [3, 10, 10, 10, 10, 10, 10],
    [4, 1, 1, 1, 2, 2, 2],
  ];
  const expected = [
    ...[[30, 20, 10], [31, 21, 11]],
    ...[[33, 22, 11], [28, 19, 10]],
    // Half of what is above, plus 10; then half of left and above, plus 10.
    ...[[26, 21, 15], [37, 30, 22]],
    // Left, above and corner: above is nearest for the first; for the second left + above - corner = 38, 31, 23: above.
    ...[[27, 22, 16], [39, 32, 24]],
  ];
  assertEquals(await pixels({ width: 2, height: 4, color: 2 }, rows), expected);
});

Deno.test("a PNG that is broken, or of another kind, is refused with the reason", async () => {
  const size = { width: 2, height: 1, color: 2 };
  const row = [0, 1, 2, 3, 4, 5, 6];
  const cases: [PngOptions, number[], string][] = [
    [{ ...size, color: 3 }, row, "colours of type 3"],
    [{ ...size, depth: 16 }, row, "with 16 bits"],
    [{ ...size, interlaced: 1 }, row, "interlacing 1"],
    [{ ...size, width: 0 }, row, "0x1 pixels"],
    [{ ...size, height: 2 }, row, "less than its size says"],
    [{ ...size, width: 1 }, row, "more than its size says"],
    [size, [9, ...row.slice(1)], "the filter 9"],
  ];
  for (const [options, rows, reason] of cases) {
    const file = await pngFile(options, new Uint8Array(rows));
    const { code, message } = await assertRejects(() => readPng(file), MeshError);
    assertEquals(code, "UNAVAILABLE");
    assertStringIncludes(message, reason);
  }
  const file = await pngFile(size, new Uint8Array(row));
  for (const length of [0, 20, 60, file.length - 20]) {
    await assertRejects(() => readPng(file.slice(0, length)), MeshError, "cannot be read");
  }
});
