/** Runs a program to its end. Answers undefined when it succeeded, else the last line of what it said. */
export async function run(
  program: string,
  args: readonly string[],
  options: { readonly signal?: AbortSignal; readonly env?: Record<string, string> } = {},
): Promise<string | undefined> {
  try {
    const { success, code, stderr } = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      ...options,
    }).output();
    if (success) return undefined;
    return new TextDecoder().decode(stderr).trim().split("\n").at(-1) || `exit code ${code}`;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "not found" : String(error);
  }
}
