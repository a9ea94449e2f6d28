import { cacheFolder } from "./cache_folder.ts";
import { builtOllama, VERSION } from "./find_ollama.ts";

/** Ollama's module at Go's proxy. */
const MODULE = "github.com/ollama/ollama";

/**
 * Headers of llama.cpp's that the module lacks, since the proxy leaves out folders named `vendor`, each with a module
 * that has it: an older release of Ollama had two of them elsewhere.
 */
const HEADERS = [
  {
    header: "nlohmann/json.hpp",
    module: `${MODULE}@v0.6.5`,
    path: "llama/llama.cpp/common/json.hpp",
  },
  {
    header: "stb/stb_image.h",
    module: `${MODULE}@v0.6.5`,
    path: "llama/llama.cpp/common/stb_image.h",
  },
  {
    header: "miniaudio/miniaudio.h",
    module: "github.com/gen2brain/malgo@v0.11.24",
    path: "miniaudio.h",
  },
] as const;

/** Declares what json.hpp defines; whoever includes it gets the whole. */
const JSON_FORWARD = "#pragma once\n#include <nlohmann/json.hpp>\n";

/** Go 1.21 is the first that fetches the release which a module needs. */
const OLDEST_GO = [1, 21] as const;

/**
 * Builds Ollama for the processor alone, some 50 MB, from Go's module proxy: minutes at first, seconds with Go's cache.
 * Answers where the program is.
 *
 * @throws {Error} with one line that says what is missing, or what the build said last
 */
export async function buildOllama(say: (line: string) => void): Promise<string> {
  const place = builtOllama();
  await checkTools();
  const folder = place.slice(0, place.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true });
  // Elsewhere each time, Go's cache would not know what it has compiled.
  const headers = `${cacheFolder()}/ollama-headers`;
  await gatherHeaders(headers);
  const making = await Deno.makeTempDir({ dir: folder, prefix: "making-" });
  try {
    say(`building Ollama ${VERSION}, which takes some minutes at first`);
    const flags = `-O2 "-I${headers}"`;
    const set = (name: string, value: string) => `-X=${MODULE}/${name}=${value}`;
    const values = [set("version.Version", VERSION.slice(1)), set("server.mode", "release")];
    await go(["install", "-trimpath", "-ldflags", `-s -w ${values.join(" ")}`, `${MODULE}@${VERSION}`], {
      GOBIN: making,
      GOFLAGS: "-buildvcs=false",
      CGO_ENABLED: "1",
      CGO_CFLAGS: flags,
      CGO_CXXFLAGS: flags,
    });
    await Deno.rename(`${making}/ollama`, place);
  } finally {
    await Deno.remove(making, { recursive: true });
  }
  return place;
}

async function checkTools(): Promise<void> {
  const needed = `building Ollama needs Go ${OLDEST_GO.join(".")} or newer and a C++ compiler`;
  const said = await go(["env", "GOVERSION", "CXX"]).catch((error: unknown) => {
    throw new Error(`${needed}: ${error instanceof Error ? error.message : error}`);
  });
  const [version = "", compiler = ""] = said.split("\n");
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const old = Number(major) < OLDEST_GO[0] || (Number(major) === OLDEST_GO[0] && Number(minor) < OLDEST_GO[1]);
  if (old) throw new Error(`${needed}: this is ${version}`);
  await output(compiler, ["--version"]).catch((error: unknown) => {
    throw new Error(`${needed}: ${error instanceof Error ? error.message : error}`);
  });
}

/** Puts the headers that the module lacks into a folder, where they stay. */
async function gatherHeaders(folder: string): Promise<void> {
  for (const { header, module, path } of HEADERS) {
    const place = `${folder}/${header}`;
    await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), { recursive: true });
    const { Dir } = JSON.parse(await go(["mod", "download", "-json", module])) as { Dir: string };
    await replace(place, await Deno.readTextFile(`${Dir}/${path}`));
  }
  await replace(`${folder}/nlohmann/json_fwd.hpp`, JSON_FORWARD);
}

/** Leaves a file alone that is right, so that a build beside this one does not see it change. */
async function replace(path: string, text: string): Promise<void> {
  const now = await Deno.readTextFile(path).catch(() => undefined);
  if (now !== text) await Deno.writeTextFile(path, text);
}

/** Runs Go outside of any module. */
async function go(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return await output("go", args, { cwd: "/", env });
}

/** What a program prints. @throws {Error} with the last line of what it says when it fails */
async function output(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<string> {
  const { success, code, stdout, stderr } = await ended(program, { args: [...args], stdin: "null", ...options });
  if (success) return new TextDecoder().decode(stdout).trim();
  const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new Error(`${program} ${args[0]}: ${said || `exit code ${code}`}`);
}

async function ended(program: string, options: Deno.CommandOptions): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(program, options).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`${program} is not installed`);
    throw error;
  }
}
