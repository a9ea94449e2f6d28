/**
 * What the finished program has beside its modules, compressed by gzip: the library for its platform, and the codec in
 * WebAssembly. By names that say nothing of the content: `deno compile` takes a `.wasm` for a module.
 */
export const INCLUDED_LIBRARY = "turbojpeg_library.gz";
export const INCLUDED_WASM = "turbojpeg_wasm.gz";

/** The library for a platform, as the npm package `@julusian/jpeg-turbo` ships it. */
export interface ShippedLibrary {
  /** Inside the package. */
  readonly path: string;
  /** What it is called where it can be loaded. */
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
