import { fileURLToPath } from "node:url";

/** A check as a script prints it. */
export interface Check {
  /** What a user would see. */
  readonly name: string;
  readonly ok: boolean;
  /** Why it is not; empty when it is. */
  readonly detail: string;
}

/** What a script must know. */
export interface ScriptSetting {
  readonly python: string;
  /** Where the stubs lie that were made from the proto files. */
  readonly stubs: string;
  /** Handed to the script as its only argument. */
  readonly config: unknown;
  /** It takes no longer, in ms; 90 s by default. */
  readonly limitMs?: number;
}

const LIMIT_MS = 90_000;

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Runs one of the scripts in this folder. Its last check is that it came to its end. */
export async function runScript(name: string, setting: ScriptSetting): Promise<Check[]> {
  const { code, stdout, stderr } = await new Deno.Command(setting.python, {
    // -B: no compiled files are left beside the sources.
    args: ["-B", `${HERE}${name}.py`, JSON.stringify(setting.config)],
    env: { PATH: Deno.env.get("PATH") ?? "", PYTHONPATH: setting.stubs, PYTHONIOENCODING: "utf-8", ...systemRoot() },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(setting.limitMs ?? LIMIT_MS),
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
  const checks = lines.map((line) => JSON.parse(line) as Check);
  const last = checks.at(-1)?.name ?? "nothing";
  const detail = `exit code ${code} after "${last}": ${new TextDecoder().decode(stderr)}`;
  return [...checks, { name: `${name}.py comes to its end`, ok: code === 0 && checks.length > 0, detail }];
}

/** Sockets do not open on Windows without it. */
function systemRoot(): Record<string, string> {
  const root = Deno.env.get("SYSTEMROOT");
  return root === undefined ? {} : { SYSTEMROOT: root };
}
