import { MeshError, messageOf } from "../../../core/errors.ts";
import { SessionPrograms } from "../../programs/session_programs.ts";
import type { CaptureBackend } from "../backend.ts";
import { type CoreGraphicsLibrary, displaysOf, openCoreGraphics } from "./core_graphics.ts";
import { notAllowed, ScreencaptureSource } from "./screencapture_source.ts";

/** A Mac's screen. */
export const macosBackend: CaptureBackend = {
  name: "macos",
  excluded({ os }) {
    return os === "darwin" ? undefined : "it captures only on macOS";
  },
  // deno-lint-ignore require-await -- so that what it throws is a rejection
  async open({ environment: { os, variable } }) {
    const library = opened();
    // The request is what puts this program into the list where its user can allow it.
    if (!library.CGPreflightScreenCaptureAccess() && !library.CGRequestScreenCaptureAccess()) throw notAllowed();
    const programs = new SessionPrograms(variable, os);
    return new ScreencaptureSource({
      displays: () => displaysOf(library),
      mayCapture: () => library.CGPreflightScreenCaptureAccess(),
      command: (args) => programs.find("/usr/sbin/screencapture", args),
    });
  },
};

function opened(): CoreGraphicsLibrary {
  try {
    return openCoreGraphics();
  } catch (error) {
    throw new MeshError("FAILED_PRECONDITION", `CoreGraphics cannot be used: ${messageOf(error)}`, { cause: error });
  }
}
