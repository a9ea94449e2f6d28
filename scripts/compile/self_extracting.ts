import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createTar } from "nanotar";

/** What a self-extracting file holds and starts. */
export interface Payload {
  readonly version: string;
  /** The platform that `program` runs on. */
  readonly target: string;
  /** Paths with `/`, of letters, digits and `._-@` alone; at most 99 characters. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The path in `files` of the executable. */
  readonly program: string;
  /** Arguments with which the executable ends at once, well: whether it runs on this device. */
  readonly probe: string;
  /** Arguments before the path of `main`; each a plain word. */
  readonly args: readonly string[];
  /** The path in `files` that the executable is given after `args`, before the user's arguments. */
  readonly main: string;
}

/** A file of the payload that is as old as all others: what is newer was changed. */
const STAMP = "unpacked";

/** 2000-01-01, so that the same content gives the same file whenever it is made. */
const PACKED_AT_MS = 946_684_800_000;

const PLAIN_WORD = /^[\w.,=@:/-]+$/;

/**
 * Makes one executable file for POSIX systems: a shell script, and after it the files as a compressed archive. The
 * script says what it does and checks. The same payload always gives the same bytes.
 *
 * @throws {Error} for a path or an argument with characters that would need quoting in the script.
 */
export async function makeSelfExtracting(payload: Payload): Promise<Uint8Array> {
  const files = new Map([...payload.files, [STAMP, new TextEncoder().encode(`edgemesh ${payload.version}\n`)]]);
  for (const word of [...files.keys(), ...payload.args, payload.probe]) {
    if (!PLAIN_WORD.test(word)) throw new Error(`Cannot pack "${word}": only letters, digits and ._-@:=,/ are allowed`);
  }
  const archive = await promisify(gzip)(createTar(
    [...files].map(([name, data]) => ({
      name,
      data,
      attrs: { mode: name === payload.program ? "755" : "644" },
    })),
    { attrs: { mtime: PACKED_AT_MS, uid: 0, gid: 0, user: "", group: "" } },
  ));
  return Buffer.concat([await launcher(payload, files, archive), archive]);
}

/** The script, filled in. It contains its own length, the offset of the archive, and so is made until that is right. */
async function launcher(
  payload: Payload,
  files: ReadonlyMap<string, Uint8Array>,
  archive: Uint8Array,
): Promise<Uint8Array> {
  const paths = [...foldersOf(files.keys()), ...files.keys()].map((path) => `./${path}`);
  const values: Record<string, string> = {
    VERSION: payload.version,
    TARGET: payload.target,
    SHA256: createHash("sha256").update(archive).digest("hex"),
    PATHS: paths.join(" "),
    SIZES: [...files].map(([path, { length }]) => `-path ./${path} -size ${length}c`).join(" -o "),
    // The folder itself and the one around it are looked at too.
    COUNT: String(paths.length + 2),
    STAMP,
    NEEDED: `${Math.ceil([...files.values()].reduce((sum, { length }) => sum + length, 0) / 1e6)} MB`,
    PROGRAM: payload.program,
    PROBE: payload.probe,
    ARGUMENTS: payload.args.join(" "),
    MAIN: payload.main,
  };
  const template = await Deno.readTextFile(new URL("./launcher.sh", import.meta.url));
  const script = (offset: number) =>
    new TextEncoder().encode(
      template.replace(/@([A-Z0-9]+)@/g, (whole, name) => name === "OFFSET" ? String(offset) : values[name] ?? whole),
    );
  for (let offset = 0;;) {
    const bytes = script(offset);
    // `tail -c +1` is the whole file.
    if (offset === bytes.length + 1) return bytes;
    offset = bytes.length + 1;
  }
}

function foldersOf(paths: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let end = path.indexOf("/"); end > 0; end = path.indexOf("/", end + 1)) folders.add(path.slice(0, end));
  }
  return [...folders].sort();
}
