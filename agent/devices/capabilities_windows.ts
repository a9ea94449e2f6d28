import { join } from "node:path";

/** Counts working devices of the class that Windows has for NPUs ("Neural processors" in the device manager). */
const COUNT_ACCELERATORS =
  "@(Get-PnpDevice -Class ComputeAccelerator -PresentOnly -Status OK -ErrorAction SilentlyContinue).Count";

/**
 * Whether Windows lists a neural processor.
 *
 * @throws when PowerShell cannot be run or says something that is no number
 */
export async function hasComputeAccelerator(
  signal: AbortSignal,
  ask: (command: string, signal: AbortSignal) => Promise<string> = powerShell,
): Promise<boolean> {
  const said = (await ask(COUNT_ACCELERATORS, signal)).trim();
  if (!/^\d+$/.test(said)) throw new Error(`PowerShell said ${JSON.stringify(said.slice(0, 200))}, not a number`);
  return Number(said) > 0;
}

async function powerShell(command: string, signal: AbortSignal): Promise<string> {
  // By its whole path: a program of the same name in another folder of the PATH is not asked.
  const root = Deno.env.get("SystemRoot") ?? "C:\\Windows";
  const program = new Deno.Command(join(root, "System32", "WindowsPowerShell", "v1.0", "powershell.exe"), {
    args: ["-NoProfile", "-NonInteractive", "-Command", command],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    signal,
  });
  return new TextDecoder().decode((await program.output()).stdout);
}
