import { run } from "./run.ts";

/** What is installed where no Python of the machine has gRPC: one release of both, for CPython 3.9 and newer. */
const PACKAGES = ["grpcio==1.76.0", "grpcio-tools==1.76.0"] as const;

const NEEDED = "import grpc, google.protobuf, grpc_tools.protoc";

/** Downloads and installs; a slow network may need this long, in ms. */
const INSTALL_MS = 240_000;

/** A Python that speaks gRPC, or why there is none. */
export type Python = { readonly program: string } | { readonly missing: string };

/**
 * Finds a Python with grpcio, grpcio-tools and protobuf: Debian's own, the one on PATH, or a virtual environment in the
 * user's cache folder, which is made when it is not there yet.
 */
export async function findPython(): Promise<Python> {
  const system = ["/usr/bin/python3", "python3", "python"];
  const cached = `${cacheFolder()}/edgemesh/${PACKAGES.join("-").replaceAll("==", "-")}`;
  const inCached = Deno.build.os === "windows" ? `${cached}/Scripts/python.exe` : `${cached}/bin/python`;
  for (const program of [...system, inCached]) if (await speaksGrpc(program)) return { program };
  const reasons: string[] = [];
  for (const program of system) {
    const failure = await install(program, cached);
    if (failure === undefined) return { program: inCached };
    reasons.push(`${program}: ${failure}`);
  }
  return { missing: `no Python with gRPC is installed, and none could be set up (${reasons.join("; ")})` };
}

async function speaksGrpc(program: string): Promise<boolean> {
  return await run(program, ["-c", NEEDED]) === undefined;
}

/** Makes the virtual environment beside its place and moves it there whole. Answers why it could not. */
async function install(program: string, place: string): Promise<string | undefined> {
  const parent = place.slice(0, place.lastIndexOf("/"));
  await Deno.mkdir(parent, { recursive: true });
  const making = await Deno.makeTempDir({ dir: parent, prefix: "python-" });
  try {
    const inside = Deno.build.os === "windows" ? `${making}/Scripts/python.exe` : `${making}/bin/python`;
    const signal = AbortSignal.timeout(INSTALL_MS);
    const failure = await run(program, ["-m", "venv", making], { signal }) ??
      await run(inside, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES], { signal }) ??
      await run(inside, ["-c", NEEDED], { signal });
    if (failure !== undefined) return failure;
    await Deno.remove(place, { recursive: true }).catch(ignoreMissing);
    await Deno.rename(making, place);
  } finally {
    await Deno.remove(making, { recursive: true }).catch(ignoreMissing);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function cacheFolder(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  if (Deno.build.os === "darwin") return `${home}/Library/Caches`;
  if (Deno.build.os === "windows") return (Deno.env.get("LOCALAPPDATA") ?? home).replaceAll("\\", "/");
  return Deno.env.get("XDG_CACHE_HOME") || `${home}/.cache`;
}
