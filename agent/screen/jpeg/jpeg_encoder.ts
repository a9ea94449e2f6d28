import { messageOf } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import type { JpegEncoder } from "../types.ts";
import { openAddon } from "./addon_encoder.ts";
import { libraryFile } from "./library_file.ts";
import { openTurbojpeg } from "./turbojpeg_encoder.ts";
import { openWasm } from "./wasm_encoder.ts";

const log = logger("screen");

/** How JPEGs are made. */
export interface JpegOptions {
  /**
   * A folder of the user's own. The finished program, in which the library is included, copies it to `lib` there, as no
   * library can be loaded out of an executable.
   */
  readonly dataDir: string;
  /** Only this one; by default the first of both that works. */
  readonly library?: "turbojpeg" | "wasm";
}

/**
 * Opens an encoder: libturbojpeg, which takes 4 ms for 1920 × 1080, or where that cannot be loaded the same code as
 * WebAssembly, which takes ten times as long and keeps the calling thread busy.
 *
 * @throws {Error} when `library` asks for one that cannot be loaded
 */
export async function openJpegEncoder({ dataDir, library }: JpegOptions): Promise<JpegEncoder> {
  if (library !== "wasm") {
    try {
      const { path, kind } = await libraryFile(dataDir);
      return kind === "addon" ? openAddon(path) : openTurbojpeg(path);
    } catch (error) {
      if (library === "turbojpeg") throw error;
      log.warn("JPEGs are made by WebAssembly, ten times slower: {reason}", { reason: messageOf(error) });
    }
  }
  return await openWasm();
}
