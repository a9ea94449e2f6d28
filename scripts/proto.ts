/**
 * Makes the types in `proto/gen/` from the proto files: `deno task proto`. `--check` only says whether they are fresh.
 * The generator is proto-loader's own, in the version that `deno.json` pins.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };

const PROTO_FOLDER = fileURLToPath(new URL("../proto/", import.meta.url));
const PROTO_FILES = ["orchestrator.proto", "mesh.proto"];

/** The types follow the options with which `proto/load.ts` reads the same files. */
const GENERATOR_OPTIONS = [
  "--importFileExtension=.ts",
  "--keepCase",
  "--longs=Number",
  "--enums=String",
  "--defaults",
  "--arrays",
  "--grpcLib=@grpc/grpc-js",
];

/** The folder of the committed types. */
export const GENERATED_FOLDER = fileURLToPath(new URL("../proto/gen/", import.meta.url));

/**
 * Makes all types into a folder, which need not exist; files already there that are not made are left.
 *
 * @throws {Error} with the generator's own words when it fails, e.g. for a syntax error in a proto file.
 */
export async function generateTypes(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--frozen", "--quiet", "--allow-all"],
      `${config.imports["@grpc/proto-loader"]}/proto-loader-gen-types`,
      ...GENERATOR_OPTIONS,
      ...["--outDir", folder],
      ...PROTO_FILES,
    ],
    cwd: PROTO_FOLDER,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot make the types: ${new TextDecoder().decode(stderr).trim()}`);
}

/** Every file under a folder: its path inside the folder, with `/`, and its text. */
export async function readTree(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const visit = async (inside: string) => {
    for await (const entry of Deno.readDir(`${folder}/${inside}`)) {
      const path = `${inside}${entry.name}`;
      if (entry.isDirectory) await visit(`${path}/`);
      else files.set(path, await Deno.readTextFile(`${folder}/${path}`));
    }
  };
  await visit("");
  return files;
}

/** What differs between the types as they are and as they should be, one line a file; empty when they are fresh. */
export function compareTrees(actual: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): string[] {
  const differences: string[] = [];
  for (const [path, text] of expected) {
    if (!actual.has(path)) differences.push(`${path} is missing`);
    else if (actual.get(path) !== text) differences.push(`${path} is not what the proto files say`);
  }
  for (const path of actual.keys()) {
    if (!expected.has(path)) differences.push(`${path} should no longer be there`);
  }
  return differences.sort();
}

/** How the committed types differ from what the proto files say. */
export async function staleTypes(): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "edgemesh-proto-" });
  try {
    await generateTypes(folder);
    return compareTrees(await readTree(GENERATED_FOLDER), await readTree(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function replaceTypes(): Promise<void> {
  // Beside the target, so that the exchange is a rename; a failing generator leaves the old types as they were.
  const fresh = await Deno.makeTempDir({ dir: PROTO_FOLDER, prefix: ".gen-" });
  try {
    await generateTypes(fresh);
    await Deno.remove(GENERATED_FOLDER, { recursive: true });
    await Deno.chmod(fresh, 0o755);
    await Deno.rename(fresh, GENERATED_FOLDER);
  } catch (error) {
    await Deno.remove(fresh, { recursive: true });
    throw error;
  }
}

async function main(args: string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    console.error(`unknown argument ${unknown}; usage: deno task proto [--check]`);
    return 2;
  }
  const stale = await staleTypes();
  if (args.length > 0) {
    for (const line of stale) console.error(`proto/gen/${line}`);
    if (stale.length > 0) console.error("Run `deno task proto` and commit what it makes.");
    return stale.length > 0 ? 1 : 0;
  }
  if (stale.length > 0) await replaceTypes();
  const folder = relative(Deno.cwd(), GENERATED_FOLDER);
  console.log(stale.length > 0 ? `${folder}: ${stale.length} files changed` : `${folder} is fresh`);
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
