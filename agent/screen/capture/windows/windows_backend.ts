import { MeshError, messageOf } from "../../../core/errors.ts";
import type { CaptureBackend } from "../backend.ts";
import { type GdiLibrary, openGdi } from "./gdi_library.ts";
import { GdiSource } from "./gdi_source.ts";

/** Pixels are pixels, on monitors of different density, too: `DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2`. */
const PER_MONITOR_AWARE = -4n;

/** A Windows desktop. */
export const windowsBackend: CaptureBackend = {
  name: "windows",
  excluded({ os }) {
    return os === "windows" ? undefined : "it captures only on Windows";
  },
  // deno-lint-ignore require-await -- so that what it throws is a rejection
  async open() {
    const library = opened();
    // It fails where it was set before: by an earlier call, or by the program's manifest.
    library.SetProcessDpiAwarenessContext(PER_MONITOR_AWARE);
    return new GdiSource(library);
  },
};

function opened(): GdiLibrary {
  try {
    return openGdi();
  } catch (error) {
    throw new MeshError("FAILED_PRECONDITION", `GDI cannot be used: ${messageOf(error)}`, { cause: error });
  }
}
