import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One form of the program, and how it is started. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Settings of the machine that a program needs; nothing of the developer's own. */
const KEPT = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];

/** The permissions that the compiled program has. */
const PERMISSIONS = ["net", "read", "write", "env", "run", "sys", "ffi"].map((name) => `--allow-${name}`);

function environment(): Record<string, string> {
  const entries = KEPT.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(entries), NO_COLOR: "1" };
}

/**
 * The program from source, as `deno task edgemesh` runs it.
 *
 * @param options.profileTo the folder into which the process writes a CPU profile when it ends
 */
export function fromSource(options: { readonly profileTo?: string } = {}): Program {
  const profile = options.profileTo === undefined ? [] : [`--cpu-prof-dir=${options.profileTo}`];
  return {
    command: Deno.execPath(),
    args: ["run", "--frozen", "--quiet", ...profile, ...PERMISSIONS, join(ROOT, "cli/main.ts")],
    env: environment(),
  };
}

/** A file of the project, by its path from the project's folder. */
export function projectFile(path: string): URL {
  return pathToFileURL(join(ROOT, path));
}

/** A module as a program of its own. */
export function moduleProgram(module: URL): Program {
  return {
    command: Deno.execPath(),
    args: ["run", "--frozen", "--quiet", "--allow-all", fileURLToPath(module)],
    env: environment(),
  };
}

/**
 * The self-extracting file, made now from the sources and copied into `folder`, with a cache folder of its own there: its
 * first start unpacks.
 *
 * @throws {Error} with what the compile task said
 */
export async function compiled(folder: string): Promise<Program> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--quiet", "--allow-all", join(ROOT, "scripts/compile.ts"), "--self-extracting"],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot make the compiled program: ${new TextDecoder().decode(stderr).trim()}`);
  const command = join(folder, "edgemesh.run");
  await copyFile(join(ROOT, "dist", `edgemesh-${Deno.build.target}.run`), command);
  return { command, args: [], env: { ...environment(), XDG_CACHE_HOME: join(folder, "cache") } };
}
