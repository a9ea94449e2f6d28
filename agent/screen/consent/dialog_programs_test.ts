import { assert, assertEquals, assertStringIncludes } from "../../../tests/assert.ts";
import type { ProgramEnd } from "../programs/run_program.ts";
import { KDIALOG, OSASCRIPT, powershellDialog, ZENITY } from "./dialog_programs.ts";

function end(code: number, stdout = "", stderr = ""): ProgramEnd {
  return { code, stdout: new TextEncoder().encode(stdout), stderr };
}

Deno.test("zenity: only its own yes is a yes, and a display that it cannot reach is no answer", () => {
  assertEquals(ZENITY.verdict(end(0)).kind, "yes");
  assertEquals(ZENITY.verdict(end(1, "", "Gtk-Message: Failed to load module")).kind, "no");
  assertEquals(ZENITY.verdict(end(5)).kind, "timeout");
  const without = "(zenity:1): Gtk-WARNING **: cannot open display: :9";
  assertEquals(ZENITY.verdict(end(1, "", without)), { kind: "failed", reason: without });
  assertEquals(ZENITY.verdict(end(255)), { kind: "failed", reason: "exit code 255" });
  assert(ZENITY.args("t", "x", 31).includes("--no-markup"));
});

Deno.test("kdialog: only the entry for it is a yes, a closed window is a no", () => {
  assertEquals(KDIALOG.verdict(end(0, "yes\n")).kind, "yes");
  assertEquals(KDIALOG.verdict(end(0, "no\n")).kind, "no");
  assertEquals(KDIALOG.verdict(end(1)).kind, "no");
  assertEquals(KDIALOG.verdict(end(0)).kind, "failed");
  assertEquals(KDIALOG.verdict(end(134, "", "qt.qpa.xcb: could not connect to display :9")).kind, "failed");
  assertEquals(KDIALOG.verdict(end(1, "", "qt.qpa.xcb: could not connect to display :9")).kind, "failed");
});

Deno.test("osascript: the text is an argument of the script, and only the button Allow is a yes", () => {
  const args = OSASCRIPT.args("edgemesh", 'Someone " & do shell script "id"', 31);
  assertEquals(args.slice(-3), ["edgemesh", 'Someone " & do shell script "id"', "31"]);
  assert(args.slice(0, -3).every((arg) => !arg.includes('id"')));
  assertEquals(OSASCRIPT.verdict(end(0, "button returned:Allow, gave up:false\n")).kind, "yes");
  assertEquals(OSASCRIPT.verdict(end(0, "button returned:, gave up:true\n")).kind, "timeout");
  assertEquals(OSASCRIPT.verdict(end(1, "", "execution error: Abbruch durch Benutzer. (-128)")).kind, "no");
  const without = "execution error: No user interaction allowed. (-1713)";
  assertEquals(OSASCRIPT.verdict(end(1, "", without)), { kind: "failed", reason: without });
});

Deno.test("PowerShell: texts are variables, never part of the script, and only code 6 is a yes", () => {
  const dialog = powershellDialog("C:\\Windows");
  const args = dialog.args("edgemesh", "'; calc #", 31);
  assert(args.every((arg) => !arg.includes("calc")));
  assertStringIncludes(args.at(-1) ?? "", "$env:EDGEMESH_TEXT, 31, $env:EDGEMESH_TITLE, 4404)");
  assertEquals(dialog.variables?.("edgemesh", "'; calc #").EDGEMESH_TEXT, "'; calc #");
  assertEquals(["6", "7", "-1"].map((code) => dialog.verdict(end(0, `${code}\r\n`)).kind), ["yes", "no", "timeout"]);
  assertEquals(dialog.verdict(end(0, "")).kind, "failed");
  assertEquals(dialog.verdict(end(1, "6", "New-Object : ...")).kind, "failed");
});
