import { assertEquals } from "../../../tests/assert.ts";
import { contentRange } from "./content_range.ts";

Deno.test("a body is all of a file, a part, or nothing more", () => {
  assertEquals(contentRange("", 10, 10), { begin: 0, end: 10 });
  assertEquals(contentRange("", 0, 0), { begin: 0, end: 0 });
  assertEquals(contentRange("bytes 0-9/10", 10, 10), { begin: 0, end: 10 });
  assertEquals(contentRange("Bytes 4-7/10", 4, 10), { begin: 4, end: 8 });
  assertEquals(contentRange("bytes */10", 0, 10), { begin: 10, end: 10 });
});

Deno.test("headers that do not fit the body or the file are no part of it", () => {
  const wrong: [string, number, number][] = [
    ["", 9, 10],
    ["bytes 0-9/10", 9, 10],
    ["bytes 0-9/11", 10, 10],
    ["bytes 0-9/*", 10, 10],
    ["bytes 5-4/10", 0, 10],
    ["bytes 5-14/10", 10, 10],
    ["bytes */10", 1, 10],
    ["bytes=0-9/10", 10, 10],
    ["items 0-9/10", 10, 10],
    ["bytes 0-99999999999999999/10", 10, 10],
    ["x", 10, 10],
  ];
  for (const [header, length, size] of wrong) assertEquals(contentRange(header, length, size), undefined, header);
});
