import { MeshError } from "../../core/errors.ts";

/** What leads elsewhere than to a file of that name: separators, drives, streams of a file, patterns. */
const SPECIAL = /[\\:<>"|?*]/;

/** Devices, with whatever ending (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i;

/** @throws {MeshError} `INVALID_ARGUMENT` for what Windows takes for another name, or for no file at all */
export function requireWindowsName(name: string): void {
  if (!SPECIAL.test(name) && !DEVICES.test(name) && !/[. ]$/.test(name)) return;
  throw new MeshError("INVALID_ARGUMENT", `path: ${JSON.stringify(name)} is no name that Windows takes`);
}
