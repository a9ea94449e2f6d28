import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { MeshError } from "../../core/errors.ts";
import { placeLibrary } from "./placed_library.ts";
import { INCLUDED_LIBRARY, type ShippedLibrary, shippedLibrary } from "./shipped_codecs.ts";

/** A library that can be loaded. */
export interface LoadableLibrary {
  readonly path: string;
  readonly kind: ShippedLibrary["kind"];
}

/**
 * Finds this platform's library: in the npm package, or in the finished program, out of which it is first copied to the
 * folder `lib` of the data folder.
 *
 * @throws {MeshError} `FAILED_PRECONDITION` where there is none, or no safe place to copy it to
 */
export async function libraryFile(dataDir: string): Promise<LoadableLibrary> {
  const { os, arch } = Deno.build;
  const shipped = shippedLibrary(os, arch);
  if (shipped === undefined) throw new MeshError("FAILED_PRECONDITION", `there is no libturbojpeg for ${os} ${arch}`);
  const { path, name, kind } = shipped;
  if (import.meta.url.endsWith(".ts")) {
    return { path: fileURLToPath(new URL(path, import.meta.resolve("@julusian/jpeg-turbo"))), kind };
  }
  const included = await Deno.readFile(new URL(INCLUDED_LIBRARY, import.meta.url));
  return { path: await placeLibrary(await promisify(gunzip)(included), join(dataDir, "lib"), name), kind };
}
