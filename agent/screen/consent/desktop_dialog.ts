import { MeshError, messageOf } from "../../core/errors.ts";
import { runProgram } from "../programs/run_program.ts";
import type { ReadVariable } from "../programs/session_environment.ts";
import { SessionPrograms } from "../programs/session_programs.ts";
import { type DialogProgram, KDIALOG, OSASCRIPT, powershellDialog, type Verdict, ZENITY } from "./dialog_programs.ts";

/** Far more than any of the programs says, in bytes. */
const MAX_OUTPUT_BYTES = 64 * 1024;

/** Shows a question on this computer's desktop. */
export class DesktopDialog {
  readonly #programs: SessionPrograms;

  constructor(private readonly env: ReadVariable, private readonly os: string = Deno.build.os) {
    this.#programs = new SessionPrograms(env, os);
  }

  /**
   * Shows the question until it is answered, or the signal aborts, which closes it.
   *
   * @param seconds after which the dialog closes by itself
   * @throws {MeshError} `PERMISSION_DENIED` when there is no way to show it
   * @throws the signal's reason when it aborts
   */
  async ask(title: string, text: string, seconds: number, signal: AbortSignal): Promise<Verdict> {
    const unix = this.os !== "windows" && this.os !== "darwin";
    if (unix && !this.env("DISPLAY") && !this.env("WAYLAND_DISPLAY")) {
      throw denied("neither DISPLAY nor WAYLAND_DISPLAY is set, so there is no desktop to ask its user on");
    }
    const candidates = this.#candidates();
    for (const dialog of candidates) {
      const start = this.#programs.find(
        dialog.program,
        dialog.args(title, text, seconds),
        dialog.variables?.(title, text),
      );
      if (start) return dialog.verdict(await this.#run(start, signal));
    }
    throw denied(`no program to ask with: install ${candidates.map((dialog) => dialog.program).join(" or ")}`);
  }

  async #run(start: Parameters<typeof runProgram>[0], signal: AbortSignal) {
    try {
      return await runProgram(start, { signal, maxOutputBytes: MAX_OUTPUT_BYTES });
    } catch (error) {
      signal.throwIfAborted();
      throw denied(messageOf(error), error);
    }
  }

  #candidates(): readonly DialogProgram[] {
    if (this.os === "darwin") return [OSASCRIPT];
    if (this.os === "windows") return [powershellDialog(this.env("SystemRoot") ?? "C:\\Windows")];
    // The desktop's own first.
    return /KDE/i.test(this.env("XDG_CURRENT_DESKTOP") ?? "") ? [KDIALOG, ZENITY] : [ZENITY, KDIALOG];
  }
}

function denied(reason: string, cause?: unknown): MeshError {
  return new MeshError("PERMISSION_DENIED", `the user of this device cannot be asked: ${reason}`, { cause });
}
