import { assert, assertEquals } from "../../tests/assert.ts";
import { OutputReader } from "./output.ts";

function reader(chunks: readonly (string | number[])[], maxBytes: number): OutputReader {
  const encoder = new TextEncoder();
  const bytes = chunks.map((chunk) => typeof chunk === "string" ? encoder.encode(chunk) : Uint8Array.from(chunk));
  return new OutputReader(ReadableStream.from(bytes), maxBytes);
}

async function textOf(chunks: readonly (string | number[])[], maxBytes: number): Promise<string> {
  const output = reader(chunks, maxBytes);
  await output.done;
  return output.text();
}

Deno.test("output is joined from its chunks, also where a character is split over two", async () => {
  assertEquals(await textOf(["a", [0xe2, 0x82], [0xac], "b"], 100), "a€b");
  assertEquals(await textOf([], 100), "");
  assertEquals(await textOf(["\uFEFFbom"], 100), "\uFEFFbom");
});

Deno.test("output of exactly the limit is whole", async () => {
  assertEquals(await textOf(["12345", "67890"], 10), "1234567890");
  assertEquals(await textOf(["12345", "67890", "1"], 10), "1234567890\n[edgemesh: output cut after 10 bytes]\n");
  assertEquals(await textOf(["123456789\n", "1"], 10), "123456789\n[edgemesh: output cut after 10 bytes]\n");
});

Deno.test("output is never cut inside a character", async () => {
  assertEquals(await textOf(["€€€€"], 10), "€€€\n[edgemesh: output cut after 10 bytes]\n");
  assertEquals(await textOf(["ab😀😀"], 9), "ab😀\n[edgemesh: output cut after 9 bytes]\n");
});

Deno.test("invalid bytes count as what they become", async () => {
  assertEquals(await textOf([[0xff, 0xff]], 6), "\uFFFD\uFFFD");
  assertEquals(await textOf([[0xff, 0xff, 0xff]], 6), "\uFFFD\uFFFD\n[edgemesh: output cut after 6 bytes]\n");
});

Deno.test("many small chunks are kept without a buffer for each", async () => {
  const text = await textOf(Array.from({ length: 20_000 }, (_, at) => String(at % 10)), 100_000);
  assertEquals(text.length, 20_000);
  assert(text.startsWith("0123456789012"));
});

Deno.test("an output that something else keeps open can be left", async () => {
  const output = new OutputReader(new ReadableStream({ start: (control) => control.enqueue(Uint8Array.of(65)) }), 10);
  await output.cancel();
  await output.done;
  assertEquals(output.text(), "A");
});
