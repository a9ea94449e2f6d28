import { assertEquals } from "../../tests/assert.ts";
import { Outbox } from "./outbox.ts";

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

Deno.test("what is put in within one turn goes out as one batch", async () => {
  const batches: number[][] = [];
  const outbox = new Outbox<number>((items) => batches.push([...items]) > 0);
  outbox.put(1);
  outbox.put(2);
  await turn();
  outbox.put(3);
  await outbox.flushed();
  assertEquals(batches, [[1, 2], [3]]);
});

Deno.test("a full channel gets nothing until it has drained, then all at once", async () => {
  const batches: number[][] = [];
  let full = true;
  const outbox = new Outbox<number>((items) => {
    batches.push([...items]);
    return !full;
  });
  outbox.put(1);
  await turn();
  outbox.put(2);
  outbox.put(3);
  await turn();
  assertEquals(batches, [[1]]);
  full = false;
  outbox.drained();
  await outbox.flushed();
  assertEquals(batches, [[1], [2, 3]]);
});

Deno.test("batches stay small in number and in bytes", async () => {
  const batches: number[] = [];
  const outbox = new Outbox<number>((items) => batches.push(items.length) > 0);
  for (let item = 0; item < 1000; item++) outbox.put(item);
  await outbox.flushed();
  assertEquals(batches, [512, 488]);
  for (let item = 0; item < 3; item++) outbox.put(item, 700_000);
  await outbox.flushed();
  assertEquals(batches, [512, 488, 1, 1, 1]);
});

Deno.test("a closed outbox drops what is left and keeps nobody waiting", async () => {
  const outbox = new Outbox<number>(() => false);
  outbox.put(1);
  await turn();
  outbox.put(2);
  const flushed = outbox.flushed();
  outbox.close();
  await flushed;
  outbox.put(3);
  await outbox.flushed();
});
