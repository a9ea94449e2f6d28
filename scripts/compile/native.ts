import { MeshError } from "../../agent/core/errors.ts";
import type { Bundle } from "./bundle.ts";
import { denoFailure } from "./deno_failure.ts";
import { PERMISSIONS, type Target, V8_FLAGS } from "./program.ts";

/** How one executable is made. */
export interface NativeOptions {
  readonly bundle: Bundle;
  readonly target: Target;
  /** The Deno that compiles. */
  readonly deno: string;
  /** Where the executable goes. */
  readonly output: string;
  readonly signal?: AbortSignal;
}

/** The file name of the executable for a platform. */
export function executableName(target: Target): string {
  return `edgemesh-${target}${target.includes("windows") ? ".exe" : ""}`;
}

/** @throws {MeshError} `UNAVAILABLE` when the base runtime that `DENORT_BIN` names is not there. */
export async function checkBaseRuntime(): Promise<void> {
  const path = Deno.env.get("DENORT_BIN");
  if (path === undefined || await isFile(path)) return;
  throw new MeshError("UNAVAILABLE", `Cannot compile: DENORT_BIN is "${path}", which is not a file`);
}

/**
 * Compiles the bundle, with all files in it, for one platform.
 *
 * @throws {MeshError} `UNAVAILABLE` when the platform's base runtime is not there and cannot be downloaded, else
 * `INTERNAL` with the compiler's own first line.
 */
export async function compileNative({ bundle, target, deno, output, signal }: NativeOptions): Promise<void> {
  const { success, stderr } = await new Deno.Command(deno, {
    args: [
      ...["compile", "--quiet", "--no-check", "--no-config", "--no-lock", "--no-prompt", V8_FLAGS, ...PERMISSIONS],
      ...["--target", target, "--include", ".", "--output", output, bundle.main],
    ],
    cwd: bundle.folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
    ...(signal ? { signal } : {}),
  }).output();
  signal?.throwIfAborted();
  if (success) return;
  throw failure(target, denoFailure(stderr));
}

function failure(target: Target, reason: string): MeshError {
  const url = /https:\/\/\S+\/(?:release|canary)\/\S+\/denort-[^)\s]+\.zip/.exec(reason)?.[0];
  if (url) {
    return new MeshError(
      "UNAVAILABLE",
      `Cannot compile for ${target}: its base runtime cannot be downloaded from ${url}; set DENORT_BIN to the program ` +
        "in that archive, or make the form that needs none: deno task compile --self-extracting",
    );
  }
  return new MeshError("INTERNAL", `Cannot compile for ${target}: ${reason}`);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
