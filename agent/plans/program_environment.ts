import { delimiter, isAbsolute } from "node:path";

/** Where programs are looked for when the agent itself was started without PATH. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Where programs find their own files and the user's; none of them is secret. */
const UNIX_VARIABLES = ["HOME", "TMPDIR", "TZ"];

/** Without these Windows programs do not start or find no folder for their files; none of them is secret. */
const WINDOWS_VARIABLES = [
  ...["SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "TEMP", "TMP"],
  ...["USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData", "TZ"],
];

/**
 * The whole environment that a planner program gets. Everything else that the agent was started with, its keys above
 * all, stays with it.
 */
export function plannerEnvironment(
  read: (name: string) => string | undefined = (name) => Deno.env.get(name),
  os: string = Deno.build.os,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = { LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
  const path = read("PATH") || (os === "windows" ? "" : DEFAULT_PATH);
  environment.PATH = path.split(delimiter).filter(isAbsolute).join(delimiter);
  for (const name of os === "windows" ? WINDOWS_VARIABLES : UNIX_VARIABLES) {
    const value = read(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
