import { compareTrees, staleTypes } from "../scripts/proto.ts";
import { assertEquals } from "./assert.ts";

Deno.test("the types in proto/gen are what the proto files say; if not, run `deno task proto`", async () => {
  assertEquals(await staleTypes(), []);
});

Deno.test("a generated file that is old, missing or left over is named", () => {
  const expected = new Map([["same.ts", "1"], ["old.ts", "2"], ["gone.ts", "3"]]);
  const actual = new Map([["same.ts", "1"], ["old.ts", "1"], ["left.ts", "4"]]);
  assertEquals(compareTrees(actual, expected), [
    "gone.ts is missing",
    "left.ts should no longer be there",
    "old.ts is not what the proto files say",
  ]);
});
