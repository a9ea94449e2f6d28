import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MeshError } from "../../core/errors.ts";
import { placeLibrary } from "./placed_library.ts";

/** The library for a platform, as the npm package `@julusian/jpeg-turbo` ships it. */
export interface ShippedLibrary {
  /** Inside the package. */
  readonly path: string;
  /** What it is called beside the modules of the finished program. */
  readonly name: string;
  /**
   * `functions`: its functions can be called. `addon`: it shows nothing but what Node needs, and is loaded as Node's
   * addons are.
   */
  readonly kind: "functions" | "addon";
}

const SHARED_OBJECT = { file: "libturbojpeg.so.0", kind: "functions" } as const;
// On macOS the addon has the whole library inside, and shows its functions; on Windows it does not.
const MACOS_ADDON = { file: "node-napi-v10.node", kind: "functions" } as const;
const WINDOWS_ADDON = { file: "node-napi-v10.node", kind: "addon" } as const;

const SHIPPED = {
  "linux x86_64": { folder: "jpeg-turbo-linux-x64", ...SHARED_OBJECT },
  "linux aarch64": { folder: "jpeg-turbo-linux-arm64", ...SHARED_OBJECT },
  "darwin x86_64": { folder: "jpeg-turbo-darwin-x64", ...MACOS_ADDON },
  "darwin aarch64": { folder: "jpeg-turbo-darwin-arm64", ...MACOS_ADDON },
  "windows x86_64": { folder: "jpeg-turbo-win32-x64", ...WINDOWS_ADDON },
  "windows aarch64": { folder: "jpeg-turbo-win32-arm64", ...WINDOWS_ADDON },
} as const;

/** The library for a platform, named as `Deno.build` does; undefined where the package has none. */
export function shippedLibrary(os: string, arch: string): ShippedLibrary | undefined {
  const shipped = Object.entries(SHIPPED).find(([platform]) => platform === `${os} ${arch}`)?.[1];
  if (shipped === undefined) return undefined;
  const { folder, file, kind } = shipped;
  return { path: `prebuilds/${folder}/${file}`, name: file, kind };
}

/** A library that can be loaded. */
export interface LoadableLibrary {
  readonly path: string;
  readonly kind: ShippedLibrary["kind"];
}

/**
 * Finds this platform's library: in the npm package, beside the modules of the finished program, or, as nothing can be
 * loaded out of a native executable, copied from there to the folder `lib` of the data folder.
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
  const included = fileURLToPath(new URL(name, import.meta.url));
  if (!Deno.build.standalone) return { path: included, kind };
  return { path: await placeLibrary(await Deno.readFile(included), join(dataDir, "lib"), name), kind };
}
