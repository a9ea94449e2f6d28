import { dirname, isAbsolute, join, parse, sep } from "node:path";

/** As many links as Linux follows in one path (ELOOP after that). */
const MAX_LINKS = 40;

/** Most characters of a path: Linux's PATH_MAX. Each of its steps is looked up, so a longer one only costs time. */
const MAX_PATH_LENGTH = 4096;

/** `unknown`: it could not be followed to its end, so nothing may be promised. */
export type Whereabouts = "inside" | "outside" | "unknown";

/** Where a path leads. */
export interface Followed {
  readonly where: Whereabouts;
  /** Without links, where it is inside and exists. */
  readonly path: string;
}

/** Whether a path leads into the shared folder: see {@link followPath}. */
export async function whereabouts(path: string, root: string): Promise<Whereabouts> {
  return (await followPath(path, root)).where;
}

/**
 * Whether and where a path leads into the shared folder, step by step as the kernel goes: each link is followed where it stands, and
 * `..` is the parent of where that led (`link/..` is not the folder that holds the link). A path that does not exist is inside when
 * the part that exists is, and the rest does not climb.
 *
 * @param path relative to `root`, or absolute
 * @param root the folder's real path, without links
 */
export async function followPath(path: string, root: string): Promise<Followed> {
  const ends = (where: Whereabouts, at: string): Followed => ({ where, path: at });
  if (path.length > MAX_PATH_LENGTH) return ends("unknown", path);
  let current = isAbsolute(path) ? parse(path).root : root;
  const steps = stepsOf(path);
  let links = 0;
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (step === "..") {
      current = dirname(current);
      continue;
    }
    const next = join(current, step);
    // What a link in /proc leads to depends on the process that asks (`/proc/self/cwd`): we cannot see it for the program.
    if (next === "/proc") return ends("outside", next);
    const target = await linkTarget(next);
    if (target === "missing") return ends(steps.includes("..") ? "outside" : sideOf(next, root), next);
    if (target === "unknown") return ends("unknown", next);
    if (target === undefined) {
      current = next;
      continue;
    }
    if (++links > MAX_LINKS) return ends("unknown", next);
    if (isAbsolute(target.to)) current = parse(target.to).root;
    steps.push(...stepsOf(target.to));
  }
  return ends(sideOf(current, root), current);
}

/** The steps of a path, last first, so that the next one is popped. */
function stepsOf(path: string): string[] {
  const relative = path.slice(parse(path).root.length);
  return relative.split(sep === "\\" ? /[\\/]/ : "/").filter((step) => step !== "" && step !== ".").reverse();
}

function sideOf(path: string, root: string): Whereabouts {
  const inside = path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
  return inside ? "inside" : "outside";
}

/** Where the link leads; undefined for what is not a link. */
async function linkTarget(path: string): Promise<{ to: string } | "missing" | "unknown" | undefined> {
  try {
    if (!(await Deno.lstat(path)).isSymlink) return undefined;
    const to = await Deno.readLink(path);
    // A name that is not UTF-8 cannot be followed: what Deno gives us is another name.
    return to.includes("\uFFFD") ? "unknown" : { to };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "missing";
    // Where the agent may not look, the program may not either: it runs as the same user.
    if (error instanceof Deno.errors.PermissionDenied) return "missing";
    // Among others a path that became too long for us, but not for a program that goes there by a relative one.
    return "unknown";
  }
}
