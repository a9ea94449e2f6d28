import { delimiter, isAbsolute, join } from "node:path";

/** The absolute path of a program in the folders of PATH; undefined when it is not installed. */
export function findProgram(name: string, path: string, os: string = Deno.build.os): string | undefined {
  const file = os === "windows" && !name.includes(".") ? `${name}.exe` : name;
  const candidates = isAbsolute(file)
    ? [file]
    : path.split(delimiter).filter(isAbsolute).map((folder) => join(folder, file));
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    // Whatever keeps it from being looked at keeps it from being started.
    return false;
  }
}
