import { MeshError } from "../../core/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../../tests/assert.ts";
import { eventually, TemporaryFolder } from "../../../tests/processes.ts";
import { missingProgram, Xvfb, XVFB_MISSING } from "../../../tests/screen/xvfb.ts";
import { Consent } from "./consent.ts";
import { DIALOG_TITLE } from "./question.ts";

const WHO = { clientName: "--title=x <b>laptop</b>", peerAddress: "10.0.0.7:1", monitorName: "HDMI-1" };
const NEVER = new AbortController().signal;
const NOBODY_TYPES = (XVFB_MISSING ?? missingProgram("xdotool")) !== undefined;
const NO_ZENITY = NOBODY_TYPES || missingProgram("zenity") !== undefined;
const NO_KDIALOG = NOBODY_TYPES || missingProgram("kdialog") !== undefined;

function sessionOn(display: Xvfb): Record<string, string> {
  return { DISPLAY: display.display, PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "/" };
}

/** Runs xdotool to its end, and answers what it printed. @throws {Error} when it fails, as it does where it finds nothing */
async function xdotool(display: Xvfb, ...args: readonly string[]): Promise<string> {
  const options = { args: [...args], env: sessionOn(display) };
  const { success, stdout, stderr } = await new Deno.Command("xdotool", options).output();
  if (!success) throw new Error(`xdotool ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function consent(variables: Record<string, string>, timeoutMs = 30_000): Consent {
  return new Consent("ask", { env: (name) => variables[name], timeoutMs });
}

async function refusal(asking: Promise<void>): Promise<[string, string]> {
  const { code, message } = await assertRejects(() => asking, MeshError);
  return [code, message];
}

/** The window of the dialog, once it is shown. */
async function dialogOn(display: Xvfb, title = DIALOG_TITLE): Promise<string> {
  return await eventually(async () => (await dialogs(display, title)).at(-1), "the dialog");
}

async function dialogs(display: Xvfb, title = DIALOG_TITLE): Promise<string[]> {
  const found = await xdotool(display, "search", "--onlyvisible", "--name", title).catch(() => "");
  return found.split("\n").filter((line) => line !== "");
}

/** Presses keys until the dialog has gone: one that it got before it was ready is lost. */
async function press(display: Xvfb, asking: Promise<unknown>, ...keys: string[]): Promise<void> {
  const window = await dialogOn(display);
  let answered = false;
  asking.then(() => answered = true, () => answered = true);
  await eventually(async () => {
    // Without a window manager nobody else gives it the keyboard.
    if (!answered) await xdotool(display, "windowfocus", "--sync", window, "key", ...keys).catch(() => {});
    return answered || undefined;
  }, "the answer");
}

Deno.test({
  name: "zenity: Allow is a yes, Enter and a closed dialog are a no",
  ignore: NO_ZENITY,
  async fn() {
    await using display = await Xvfb.start({ width: 640, height: 480 });
    const asked = consent(sessionOn(display));
    const allowed = asked.ask(WHO, NEVER);
    await press(display, allowed, "alt+a");
    await allowed;
    for (const key of ["Return", "Escape"]) {
      const refused = refusal(asked.ask(WHO, NEVER));
      await press(display, refused, key);
      assertEquals(await refused, ["PERMISSION_DENIED", "the user of this device refused"]);
    }
  },
});

Deno.test({
  name: "zenity: the dialog goes away when nobody answers, and when the asker does",
  ignore: NO_ZENITY,
  async fn() {
    await using display = await Xvfb.start({ width: 640, height: 480 });
    const none = refusal(consent(sessionOn(display), 1500).ask(WHO, NEVER));
    assertEquals(await none, ["PERMISSION_DENIED", "the user of this device did not answer within 1.5 s"]);
    const goesAway = new AbortController();
    const asking = refusal(consent(sessionOn(display)).ask(WHO, goesAway.signal));
    await dialogOn(display);
    goesAway.abort(new MeshError("CANCELLED", "gone"));
    assertEquals(await asking, ["CANCELLED", "gone"]);
    await eventually(async () => (await dialogs(display)).length === 0 || undefined, "an empty screen");
  },
});

Deno.test({
  name: "zenity: a display that is not there, or dies under the dialog, is no answer",
  ignore: NO_ZENITY,
  async fn() {
    const display = await Xvfb.start({ width: 640, height: 480 });
    try {
      const asking = refusal(consent(sessionOn(display)).ask(WHO, NEVER));
      await dialogOn(display);
      await display.kill();
      const [code] = await asking;
      assertEquals(code, "PERMISSION_DENIED");
    } finally {
      await display.kill();
    }
    const [code, message] = await refusal(consent(sessionOn(display)).ask(WHO, NEVER));
    assertEquals(code, "PERMISSION_DENIED");
    assertStringIncludes(message, "cannot open display");
  },
});

Deno.test({
  name: "kdialog is asked on KDE: only the second entry is a yes",
  ignore: NO_KDIALOG,
  async fn() {
    await using display = await Xvfb.start({ width: 640, height: 480 });
    using home = new TemporaryFolder();
    // Qt would make a folder for it.
    Deno.chmodSync(home.path, 0o700);
    const session = { HOME: home.path, XDG_RUNTIME_DIR: home.path, XDG_CURRENT_DESKTOP: "KDE" };
    const asked = consent({ ...sessionOn(display), ...session });
    const allowed = asked.ask(WHO, NEVER);
    await press(display, allowed, "Down", "Down", "Return");
    await allowed;
    for (const key of ["Return", "Escape"]) {
      const refused = refusal(asked.ask(WHO, NEVER));
      await press(display, refused, key);
      assertEquals(await refused, ["PERMISSION_DENIED", "the user of this device refused"]);
    }
  },
});

Deno.test({
  name: "without a desktop session, or a program to ask with, the refusal says so",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using empty = new TemporaryFolder();
    const [, noDesktop] = await refusal(consent({ PATH: "/usr/bin" }).ask(WHO, NEVER));
    assertStringIncludes(noDesktop, "neither DISPLAY nor WAYLAND_DISPLAY is set");
    const [, noProgram] = await refusal(consent({ PATH: empty.path, DISPLAY: ":0" }).ask(WHO, NEVER));
    assertStringIncludes(noProgram, "install zenity or kdialog");
  },
});
