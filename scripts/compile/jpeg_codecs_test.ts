import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { INCLUDED_LIBRARY, INCLUDED_WASM } from "../../agent/screen/jpeg/shipped_codecs.ts";
import { assert, assertEquals } from "../../tests/assert.ts";
import { includeLibrary, includeWasmCodec } from "./jpeg_codecs.ts";
import { TARGETS } from "./program.ts";

/** What a program file of each platform begins with, and its number for the processor with where that stands. */
const FORMATS: Record<typeof TARGETS[number], { magic: number; at(file: DataView): number; processor: number }> = {
  "x86_64-unknown-linux-gnu": { magic: 0x7f454c46, at: (file) => file.getUint16(18, true), processor: 62 },
  "aarch64-unknown-linux-gnu": { magic: 0x7f454c46, at: (file) => file.getUint16(18, true), processor: 183 },
  "x86_64-apple-darwin": { magic: 0xcffaedfe, at: (file) => file.getUint32(4, true), processor: 0x01000007 },
  "aarch64-apple-darwin": { magic: 0xcffaedfe, at: (file) => file.getUint32(4, true), processor: 0x0100000c },
  "x86_64-pc-windows-msvc": { magic: 0x4d5a, at: peProcessor, processor: 0x8664 },
  "aarch64-pc-windows-msvc": { magic: 0x4d5a, at: peProcessor, processor: 0xaa64 },
};

function peProcessor(file: DataView): number {
  return file.getUint16(file.getUint32(60, true) + 4, true);
}

async function included(modules: string, name: string): Promise<DataView> {
  const content = new Uint8Array(gunzipSync(await Deno.readFile(join(modules, name))));
  return new DataView(content.buffer);
}

Deno.test("compile: each platform gets its own JPEG library, one after the other in one folder", async () => {
  const modules = await Deno.makeTempDir();
  try {
    for (const target of TARGETS) {
      await includeLibrary(modules, target);
      const file = await included(modules, INCLUDED_LIBRARY);
      const { magic, at, processor } = FORMATS[target];
      assertEquals(magic > 0xffff ? file.getUint32(0) : file.getUint16(0), magic, target);
      assertEquals(at(file), processor, target);
    }
    assertEquals([...Deno.readDirSync(modules)].length, 1);
  } finally {
    await Deno.remove(modules, { recursive: true });
  }
});

Deno.test("compile: the codec in WebAssembly is included", async () => {
  const modules = await Deno.makeTempDir();
  try {
    await includeWasmCodec(modules);
    assert(WebAssembly.validate((await included(modules, INCLUDED_WASM)).buffer as ArrayBuffer));
  } finally {
    await Deno.remove(modules, { recursive: true });
  }
});
