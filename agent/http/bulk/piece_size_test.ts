import { assert, assertEquals } from "../../../tests/assert.ts";
import { PieceSize } from "./piece_size.ts";

Deno.test("pieces grow for a client that takes them at once, to 1 MiB, and shrink for a slow one, to 64 KiB", () => {
  const size = new PieceSize();
  assertEquals(size.bytes, 65_536);
  for (let n = 0; n < 10; n++) size.took(1);
  assertEquals(size.bytes, 1_048_576);
  size.took(100);
  assertEquals(size.bytes, 1_048_576);
  for (let n = 0; n < 10; n++) size.took(2000);
  assertEquals(size.bytes, 65_536);
});

Deno.test("two buffers are used in turns, and large ones are not kept for small pieces", () => {
  const size = new PieceSize();
  const [first, second] = [size.buffer(100), size.buffer(100)];
  assert(first.buffer !== second.buffer);
  assert(size.buffer(50).buffer === first.buffer);
  assert(size.buffer(100).buffer === second.buffer);
  assertEquals(size.buffer(50).length, 50);
  for (let n = 0; n < 10; n++) size.took(1);
  const large = size.buffer(size.bytes);
  size.buffer(size.bytes);
  for (let n = 0; n < 10; n++) size.took(2000);
  assert(size.buffer(100).buffer !== large.buffer);
});
