import type { ProgramEnd } from "../programs/run_program.ts";

/** What became of a dialog. */
export type Verdict =
  | { readonly kind: "yes" }
  | { readonly kind: "no" }
  | { readonly kind: "timeout" }
  /** It could not be shown, or failed. */
  | { readonly kind: "failed"; readonly reason: string };

/** A program that shows a question with two buttons. */
export interface DialogProgram {
  /** Its name, or absolute path. */
  readonly program: string;
  /** @param seconds after which the dialog closes by itself, should nobody be left to close it */
  args(title: string, text: string, seconds: number): readonly string[];
  /** Variables on top of the session's. */
  variables?(title: string, text: string): Readonly<Record<string, string>>;
  verdict(end: ProgramEnd): Verdict;
}

const YES: Verdict = { kind: "yes" };
const NO: Verdict = { kind: "no" };
const TIMEOUT: Verdict = { kind: "timeout" };

function failed(end: ProgramEnd): Verdict {
  return { kind: "failed", reason: end.stderr.slice(0, 300) || `exit code ${end.code}` };
}

/** GTK and Qt leave with the code of a "no" (1), or by a signal, where they cannot reach the display; only the text tells. */
const NO_DISPLAY = /(cannot|failed to|could not|can't) (open|connect to) (the )?display/i;

const KDIALOG_REFUSE = "✗ Refuse";

export const ZENITY: DialogProgram = {
  program: "zenity",
  args: (title, text, seconds) => [
    ...["--question", "--no-markup", "--default-cancel", "--icon-name=dialog-warning", "--width=480"],
    ...["--ok-label=_Allow", "--cancel-label=_Refuse", `--timeout=${seconds}`, `--title=${title}`, `--text=${text}`],
  ],
  verdict(end) {
    if (end.code === 0) return YES;
    if (end.code === 5) return TIMEOUT;
    return end.code === 1 && !NO_DISPLAY.test(end.stderr) ? NO : failed(end);
  },
};

/**
 * A list with two entries, because the buttons of kdialog's questions would have "Allow" as the default: whoever happens to
 * type when the dialog appears must not allow it. The signs keep letters from choosing an entry.
 */
export const KDIALOG: DialogProgram = {
  program: "kdialog",
  // It knows no time limit: whoever asked ends it.
  args: (title, text) => [
    ...["--title", title, "--menu", text, "no", KDIALOG_REFUSE, "yes", "✓ Allow", "--default", KDIALOG_REFUSE],
  ],
  verdict(end) {
    const chosen = new TextDecoder().decode(end.stdout).trim();
    if (end.code === 0 && chosen === "yes") return YES;
    if (end.code === 0 && chosen === "no") return NO;
    return end.code === 1 && !NO_DISPLAY.test(end.stderr) ? NO : failed(end);
  },
};

/** The text is an argument of the script, never part of it. */
const APPLE_SCRIPT = [
  "on run argv",
  'display dialog (item 2 of argv) with title (item 1 of argv) buttons {"Refuse", "Allow"} default button "Refuse" ' +
  'cancel button "Refuse" with icon caution giving up after ((item 3 of argv) as integer)',
  "end run",
];

export const OSASCRIPT: DialogProgram = {
  program: "/usr/bin/osascript",
  args: (title, text, seconds) => [...APPLE_SCRIPT.flatMap((line) => ["-e", line]), title, text, String(seconds)],
  verdict(end) {
    const said = new TextDecoder().decode(end.stdout);
    if (end.code === 0 && /gave up:true/.test(said)) return TIMEOUT;
    if (end.code === 0 && /button returned:Allow/.test(said)) return YES;
    // -128 is "user canceled", in every language.
    return /\(-128\)/.test(end.stderr) ? NO : failed(end);
  },
};

/** Yes and no (4), warning sign (48), "no" is the default (256), above all windows (4096). */
const POPUP_STYLE = 4 + 48 + 256 + 4096;

/**
 * `Popup` of the Windows Script Host, because a message box knows no time limit.
 *
 * @param systemRoot e.g. `C:\Windows`: a program of the same name elsewhere in PATH is not asked
 */
export function powershellDialog(systemRoot: string): DialogProgram {
  return {
    program: `${systemRoot}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
    args: (_title, _text, seconds) => [
      ...["-NoProfile", "-NonInteractive", "-Command"],
      `(New-Object -ComObject WScript.Shell).Popup($env:EDGEMESH_TEXT, ${seconds}, $env:EDGEMESH_TITLE, ${POPUP_STYLE})`,
    ],
    // Not in the script, where PowerShell would read it as code.
    variables: (title, text) => ({ EDGEMESH_TITLE: title, EDGEMESH_TEXT: text }),
    verdict(end) {
      const said = new TextDecoder().decode(end.stdout).trim();
      if (end.code !== 0) return failed(end);
      if (said === "6") return YES;
      if (said === "7") return NO;
      return said === "-1" ? TIMEOUT : failed(end);
    },
  };
}
