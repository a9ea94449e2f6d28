import { fileURLToPath } from "node:url";
import { OutputText } from "../processes.ts";

/** A check as a script reports it. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What a script must know. */
export interface ScriptSetting {
  readonly python: string;
  /** Where the stubs lie that were made from the proto files. */
  readonly stubs: string;
  /** Handed to the script as its only argument. */
  readonly config: unknown;
}

/** No script takes longer, in ms. */
const LIMIT_MS = 90_000;

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Runs one of the scripts in this folder, each of its checks as a step of its own. */
export async function runScript(t: Deno.TestContext, name: string, setting: ScriptSetting): Promise<void> {
  const child = new Deno.Command(setting.python, {
    // -B: no compiled files are left beside the sources.
    args: ["-B", `${HERE}${name}.py`, JSON.stringify(setting.config)],
    env: { PATH: Deno.env.get("PATH") ?? "", PYTHONPATH: setting.stubs, PYTHONIOENCODING: "utf-8", ...systemRoot() },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).spawn();
  const errors = new OutputText(child.stderr);
  let count = 0;
  for await (const line of lines(child.stdout)) {
    const check = JSON.parse(line) as Check;
    count++;
    await t.step(check.name, () => {
      if (!check.ok) throw new Error(check.detail);
    });
  }
  const { code } = await child.status;
  await errors.end;
  if (code !== 0 || count === 0) {
    throw new Error(`${name}.py ended with code ${code} after ${count} checks: ${errors.text}`);
  }
}

/** Sockets do not open on Windows without it. */
function systemRoot(): Record<string, string> {
  const root = Deno.env.get("SYSTEMROOT");
  return root === undefined ? {} : { SYSTEMROOT: root };
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest) yield rest;
}
