/**
 * What is wrong with the Deno of a version for a program that speaks gRPC; undefined when nothing is known.
 *
 * @param version `MAJOR.MINOR.PATCH`; anything after that is not looked at.
 */
export function warningFor(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => parseInt(part, 10));
  const number = (major * 1000 + minor) * 1000 + patch;
  // Earlier ones lack `http2.getDefaultSettings`, which grpc-js calls on every connection.
  if (number < 2_007_014) return `Deno ${version} cannot open or accept gRPC connections: use 2.9.3`;
  // https://github.com/denoland/deno/issues/36788
  if (number >= 2_009_004 && number <= 2_009_006) {
    return `Deno ${version} can crash when a gRPC connection ends: use 2.9.3`;
  }
  return undefined;
}

/** The version of a Deno executable. @throws {Error} when it cannot be run or is something else. */
export async function versionOf(deno: string): Promise<string> {
  const failure = (reason: string) => new Error(`Cannot use "${deno}" as Deno: ${reason}`);
  let output;
  try {
    output = await new Deno.Command(deno, { args: ["--version"], stdin: "null", stderr: "null" }).output();
  } catch (error) {
    throw failure(error instanceof Error ? error.message : String(error));
  }
  const version = /^deno (\d+\.\d+\.\d+\S*)/.exec(new TextDecoder().decode(output.stdout))?.[1];
  if (version === undefined) throw failure("it does not say its version");
  return version;
}
