import { MeshError } from "../../../core/errors.ts";
import { SessionPrograms } from "../../programs/session_programs.ts";
import type { CaptureBackend, OpenOptions } from "../backend.ts";
import { macosBackend } from "../macos/macos_backend.ts";
import { windowsBackend } from "../windows/windows_backend.ts";
import { x11Backend } from "../x11/x11_backend.ts";
import { ffmpegArguments } from "./ffmpeg_command.ts";
import { type Desktop, FfmpegSource } from "./ffmpeg_source.ts";

/** Pictures a second that ffmpeg writes while someone looks: 250 MB/s at 1920 x 1080, a quarter of a core with their reading. */
const RATE = 30;

/** The `ffmpeg` that is installed, for whoever prefers it. */
export const ffmpegBackend: CaptureBackend = {
  name: "ffmpeg",
  excluded({ os, variable }) {
    if (os === "darwin" || os === "windows" || variable("DISPLAY") !== undefined) return undefined;
    return "DISPLAY is not set, and ffmpeg captures only X11 here";
  },
  async open(options) {
    const { os, variable } = options.environment;
    const programs = new SessionPrograms(variable, os);
    if (!programs.find("ffmpeg")) throw notInstalled();
    const desktop = await openDesktop(options);
    try {
      const pointerApart = await desktop.cursor() !== undefined;
      return new FfmpegSource({
        desktop,
        pointerApart,
        command: (monitor) => {
          const display = variable("DISPLAY");
          const args = ffmpegArguments({ os, monitor, display, rate: RATE, drawPointer: !pointerApart });
          return programs.find("ffmpeg", args) ?? throwing(notInstalled());
        },
      });
    } catch (error) {
      await desktop.close();
      throw error;
    }
  },
};

/** Monitors and pointer are asked for in the platform's own way. */
function openDesktop(options: OpenOptions): Promise<Desktop> {
  const { os } = options.environment;
  const native = os === "darwin" ? macosBackend : os === "windows" ? windowsBackend : x11Backend;
  return native.open(options);
}

function notInstalled(): MeshError {
  return new MeshError("FAILED_PRECONDITION", "ffmpeg is not installed");
}

function throwing(error: MeshError): never {
  throw error;
}
