import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { denoFailure } from "./deno_failure.ts";
import { includeLibrary, includeWasmCodec } from "./jpeg_codecs.ts";
import type { Target } from "./program.ts";

/** The program made of few files, as both forms of the finished program contain it. */
export interface Bundle {
  /** Where the files are. */
  readonly folder: string;
  /** The module to run, inside the folder. */
  readonly main: string;
  /** Every file, inside the folder, with `/`, sorted. */
  readonly files: readonly string[];
}

/** Modules that are loaded by themselves: the program and its workers, each found beside the module that opens it. */
const ENTRY_POINTS = ["cli/main.ts", "agent/store/sqlite_worker.ts", "agent/screen/stream/screen_worker.ts"];

/** Where the modules lie in the bundle. Two deep, because npm modules look for `../../proto` (see `prelude.js`). */
const MODULE_FOLDER = "program/edgemesh";

/**
 * npm packages that read proto files of their own at run time: where their proto folder lies, seen from the package's
 * main module, and which of it is needed. All goes into one folder, in which the names do not meet.
 */
const PACKAGE_PROTOS = [
  { name: "@grpc/grpc-js", folder: "../../proto/", needed: /^(?:channelz\.proto$|xds\/|protoc-gen-validate\/)/ },
  { name: "@grpc/reflection", folder: "../proto/", needed: /^grpc\// },
  { name: "grpc-health-check", folder: "../../proto/", needed: /^health\// },
];

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * What packages that were made by Emscripten do to find their folder, in which they look for WebAssembly that they are not
 * given. They are given it.
 */
const EMSCRIPTEN = [
  'if (typeof __filename != "undefined") _scriptName = _scriptName || __filename;',
  'scriptDirectory = __dirname + "/";',
];

/**
 * Bundles the program into a folder, which must exist and be empty. What differs between platforms is not in it yet: see
 * {@link bundleFor}.
 *
 * @throws {Error} with the bundler's own words when it fails, and for an npm module that looks for files of its package
 * which the bundle does not hold.
 */
export async function makeBundle(folder: string): Promise<Bundle> {
  const modules = join(folder, MODULE_FOLDER);
  await Deno.mkdir(modules, { recursive: true });
  const prelude = await Deno.readTextFile(new URL("./prelude.js", import.meta.url));
  for (const entry of ENTRY_POINTS) {
    const output = join(modules, entry.replace(/^.*\//, "").replace(/\.ts$/, ".js"));
    const whole = `${output}.whole.js`;
    await bundleModule(entry, whole, ["--frozen"]);
    checkFilesOfPackages(entry, await Deno.readTextFile(whole));
    // Apart, as the check wants whole lines. It makes the program 3.6 MB smaller; names in stack traces stay.
    await bundleModule(whole, output, ["--minify", "--keep-names", "--no-config", "--no-lock"]);
    await Deno.remove(whole);
    const code = await Deno.readTextFile(output);
    await Deno.writeTextFile(output, `${prelude}\n${code}`);
  }
  for await (const { name } of Deno.readDir(join(ROOT, "proto"))) {
    if (name.endsWith(".proto")) await Deno.copyFile(join(ROOT, "proto", name), join(modules, name));
  }
  for (const { name, folder: protos, needed } of PACKAGE_PROTOS) {
    await copyTree(fileURLToPath(new URL(protos, import.meta.resolve(name))), join(folder, "proto"), needed);
  }
  await includeWasmCodec(modules);
  return { folder, main: `${MODULE_FOLDER}/main.js`, files: await listFiles(folder) };
}

/** The bundle, in the same folder, with what one platform needs in place of what another one did. */
export async function bundleFor(target: Target, { folder, main }: Bundle): Promise<Bundle> {
  await includeLibrary(join(folder, MODULE_FOLDER), target);
  return { folder, main, files: await listFiles(folder) };
}

async function bundleModule(entry: string, output: string, options: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", ...options, "--platform", "deno", "--output", output, entry],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot bundle ${entry}: ${denoFailure(stderr)}`);
}

/** @throws {Error} when code that looks for a file by `__dirname` would look for it outside the bundled proto folder. */
export function checkFilesOfPackages(entry: string, code: string): void {
  for (const [index, line] of code.split("\n").entries()) {
    if (!/\b__(?:dir|file)name\b/.test(line) || /__dirname(?:\}\/|, ")\.\.\/\.\.\/proto\b/.test(line)) continue;
    if (EMSCRIPTEN.includes(line.trim())) continue;
    throw new Error(
      `Cannot bundle ${entry}: line ${index + 1} of the bundle reads files of its npm package, which are not in it: ` +
        line.trim().slice(0, 160),
    );
  }
}

async function copyTree(from: string, to: string, needed: RegExp): Promise<void> {
  const paths = (await listFiles(from)).filter((path) => needed.test(path));
  if (paths.length === 0) throw new Error(`Cannot bundle: there is nothing like ${needed} in ${from}`);
  for (const path of paths) {
    const target = join(to, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(join(from, path), target);
  }
}

async function listFiles(folder: string, inside = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, inside))) {
    if (isDirectory) files.push(...await listFiles(folder, `${inside}${name}/`));
    else files.push(inside + name);
  }
  return files.sort();
}
