import config from "../../deno.json" with { type: "json" };

/** The program's version. */
export const VERSION: string = config.version;

/**
 * What the finished program is granted: what the task `edgemesh` grants it when it runs from source, as `--allow-…`
 * flags.
 */
export const PERMISSIONS: readonly string[] = config.tasks.edgemesh.command.split(" ").filter((word) =>
  word.startsWith("--allow-")
);

/**
 * Keeps the halves of V8's young generation at 2 MiB. Left alone they grow to 16, which costs a busy agent 50 MB of memory
 * and, measured, makes nothing faster.
 */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=2";

/** The platforms for which Deno offers a base runtime, as `deno compile --target` names them. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
] as const;
export type Target = typeof TARGETS[number];

/** The most that a finished program may take, in bytes. */
export const MAX_BYTES = 100_000_000;

/** Bytes as people read them: `94.0 MB` (10^6 bytes). */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
