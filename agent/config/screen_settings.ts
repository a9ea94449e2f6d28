import { UsageError } from "../core/errors.ts";
import { oneOf } from "./checks.ts";
import type { IceServer, ScreenConfig } from "./config.ts";
import type { GivenFlags } from "./flags.ts";
import { iceServer } from "./ice_server.ts";
import { checked, type Setting, type Settings } from "./settings.ts";

type Consent = ScreenConfig["consent"] | "off";

/**
 * Whether and how this device shows its screen; undefined where it does not.
 *
 * @throws {UsageError} for a wrong value, and where one place both offers and refuses the screen.
 */
export function screenConfig(given: GivenFlags, settings: Settings): ScreenConfig | undefined {
  const consent = consentOf(given, settings);
  const capture = checked(settings.text("capture"), oneOf("auto", "x11", "wayland", "macos", "windows", "ffmpeg"));
  const iceServers = iceServersOf(settings.list("ice-server"));
  return consent === "off" ? undefined : { consent, capture: capture ?? "auto", iceServers };
}

/** `--no-screen` is `--screen off`: a flag beats the environment, which beats the config file. */
function consentOf(given: GivenFlags, settings: Settings): Consent {
  const onLine = agreed(settings.flag("screen"), given.has("no-screen") ? "--no-screen" : undefined);
  const inFile = settings.booleanInFile("no-screen");
  return onLine ?? consentIn(settings.inEnvironment("EDGEMESH_SCREEN")) ??
    agreed(settings.textInFile("screen"), inFile?.value ? inFile.origin : undefined) ?? "ask";
}

/** @param off what refuses the screen in the same place */
function agreed(setting: Setting<string> | undefined, off: string | undefined): Consent | undefined {
  const consent = consentIn(setting);
  if (off === undefined) return consent;
  if (setting && consent !== "off") {
    throw new UsageError(`${off} and ${setting.origin} ${consent} exclude each other: give one of them`);
  }
  return "off";
}

/** A refusal repeats what was given, but for a user and a password. */
function iceServersOf(setting: Setting<readonly string[]> | undefined): IceServer[] {
  if (!setting) return [];
  const { origin, value } = setting;
  return value.map((text) => checked({ origin, value: text.replace(/^.*@/, "…@") }, () => iceServer(text)));
}

function consentIn(setting: Setting<string> | undefined): Consent | undefined {
  return checked(setting, oneOf("ask", "allow", "off"));
}
