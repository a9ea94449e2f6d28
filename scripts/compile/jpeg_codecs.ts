import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import {
  INCLUDED_LIBRARY,
  INCLUDED_WASM,
  type ShippedLibrary,
  shippedLibrary,
} from "../../agent/screen/jpeg/shipped_codecs.ts";
import type { Target } from "./program.ts";

/** Puts the codec that works everywhere beside the modules. */
export async function includeWasmCodec(modules: string): Promise<void> {
  await compressTo(join(modules, INCLUDED_WASM), import.meta.resolve("@cornerstonejs/codec-libjpeg-turbo-8bit/wasm"));
}

/** Puts a platform's own library beside the modules, in place of any other's. */
export async function includeLibrary(modules: string, target: Target): Promise<void> {
  const { path } = libraryOf(target);
  const file = new URL(path, import.meta.resolve("@julusian/jpeg-turbo"));
  await compressTo(join(modules, INCLUDED_LIBRARY), file.href);
}

/** Less than half: every byte counts against what the program may take. */
async function compressTo(path: string, url: string): Promise<void> {
  await Deno.writeFile(path, await promisify(gzip)(await Deno.readFile(fileURLToPath(url)), { level: 9 }));
}

function libraryOf(target: Target): ShippedLibrary {
  const [arch = ""] = target.split("-");
  const os = (["linux", "darwin", "windows"] as const).find((os) => target.includes(os)) ?? "";
  const library = shippedLibrary(os, arch);
  if (library === undefined) throw new Error(`Cannot compile: @julusian/jpeg-turbo has no library for ${target}`);
  return library;
}
