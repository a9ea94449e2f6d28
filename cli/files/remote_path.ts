import { UsageError } from "../../agent/core/errors.ts";

/** A place on a device, as it is named on the command line: `desktop:photos/a.jpg`. */
export interface RemotePath {
  /** A device by its name, its id, or the beginning of its id. */
  readonly device: string;
  /** In the device's shared folder, or its inbox; empty = all of it. */
  readonly path: string;
}

/**
 * Reads `DEVICE:PATH`. The first colon divides them: a device whose name has one is named by its id.
 *
 * @throws {UsageError} for what names no device, and for a path of this machine
 */
export function remotePath(text: string): RemotePath {
  const colon = text.indexOf(":");
  if (colon < 0) {
    const [device = "", ...steps] = text.split("/");
    const meant = device === "" ? "" : ` (did you mean ${JSON.stringify(`${device}:${steps.join("/")}`)}?)`;
    throw new UsageError(`${JSON.stringify(text)} is not DEVICE:PATH${meant}`);
  }
  if (/^[A-Za-z]:\\/.test(text)) {
    throw new UsageError(`${JSON.stringify(text)} is a path of this machine, not DEVICE:PATH`);
  }
  if (colon === 0) {
    throw new UsageError(`${JSON.stringify(text)} names no device: DEVICE:PATH, as in desktop${text}`);
  }
  if (text.includes("\0")) throw new UsageError("a path has no NUL character in it");
  return { device: text.slice(0, colon), path: text.slice(colon + 1) };
}

/** A path without empty steps, `.`, and `..` where there is a step before it to take away. */
export function normalized(path: string): string {
  const steps: string[] = [];
  for (const step of path.split("/")) {
    if (step === "" || step === ".") continue;
    if (step === ".." && steps.length > 0 && steps.at(-1) !== "..") steps.pop();
    else steps.push(step);
  }
  return steps.join("/");
}

/** The last step of a path; empty for a folder that is all there is. */
export function lastStep(path: string): string {
  return normalized(path).split("/").at(-1) ?? "";
}
