/** What a program of the user's desktop needs to reach it; none of them is secret to other programs of the user. */
const UNIX_VARIABLES = [
  "PATH",
  "HOME",
  "TMPDIR",
  "DISPLAY",
  "XAUTHORITY",
  "WAYLAND_DISPLAY",
  "DBUS_SESSION_BUS_ADDRESS",
  "XDG_RUNTIME_DIR",
  "XDG_SESSION_TYPE",
  "XDG_CURRENT_DESKTOP",
] as const;

/** Without these Windows programs do not start or find no folder for their files. */
const WINDOWS_VARIABLES = ["SystemRoot", "PATH", "TEMP"] as const;

export type SessionVariable = typeof UNIX_VARIABLES[number] | typeof WINDOWS_VARIABLES[number];

/** Reads one variable of the environment that the agent was started in. */
export type ReadVariable = (name: SessionVariable) => string | undefined;

/** Where programs are looked for when the agent itself was started without PATH. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/**
 * The whole environment of the programs that this room starts: the session's desktop, and messages in English, so that
 * they can be told apart. The agent's own settings, its keys above all, stay with it.
 */
export function sessionEnvironment(env: ReadVariable, os: string = Deno.build.os): Readonly<Record<string, string>> {
  const environment: Record<string, string> = os === "windows" ? {} : {
    PATH: DEFAULT_PATH,
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
  };
  for (const name of os === "windows" ? WINDOWS_VARIABLES : UNIX_VARIABLES) {
    const value = env(name);
    if (value) environment[name] = value;
  }
  return environment;
}
