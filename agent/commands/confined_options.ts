import { MeshError } from "../core/errors.ts";
import { shown } from "./allow_list.ts";

export type ConfinedProgram = "ls" | "cat";

interface Options {
  /** Single letters, which may be joined: `-la`. None of them takes a value in GNU, BSD or BusyBox. */
  readonly letters: string;
  /** Long options, in full only: an abbreviation could mean another one on another system. */
  readonly long: ReadonlySet<string>;
  /** Long options with a value behind `=`, none of which is a file. */
  readonly valued: ReadonlySet<string>;
}

/**
 * The options that only change how things are shown. Left out on purpose: what follows links (`-L`, `-H`, `--dereference`), as the
 * paths that it meets are not checked; what takes a value as its next argument (`-I`, `-w`, `-T`, `-D`), as that could
 * swallow a `--`; what names a file; and whatever we do not know.
 */
const OPTIONS: Readonly<Record<ConfinedProgram, Options>> = {
  ls: {
    letters: "1ABCFGNQRSUXZabcdfghiklmnopqrstuvx",
    long: new Set([
      "--all",
      "--almost-all",
      "--author",
      "--classify",
      "--color",
      "--directory",
      "--escape",
      "--file-type",
      "--full-time",
      "--group-directories-first",
      "--help",
      "--hide-control-chars",
      "--human-readable",
      "--ignore-backups",
      "--inode",
      "--kibibytes",
      "--literal",
      "--no-group",
      "--numeric-uid-gid",
      "--quote-name",
      "--recursive",
      "--reverse",
      "--show-control-chars",
      "--si",
      "--size",
      "--version",
      "--zero",
    ]),
    valued: new Set([
      "--block-size",
      "--classify",
      "--color",
      "--format",
      "--hide",
      "--ignore",
      "--indicator-style",
      "--quoting-style",
      "--sort",
      "--time",
      "--time-style",
      "--width",
    ]),
  },
  cat: {
    letters: "AETbenstuv",
    long: new Set([
      "--help",
      "--number",
      "--number-nonblank",
      "--show-all",
      "--show-ends",
      "--show-nonprinting",
      "--show-tabs",
      "--squeeze-blank",
      "--version",
    ]),
    valued: new Set(),
  },
};

/** @throws {MeshError} `PERMISSION_DENIED` unless the option is known to be harmless */
export function checkOption(program: ConfinedProgram, argument: string): void {
  const { letters, long, valued } = OPTIONS[program];
  if (argument.startsWith("--")) {
    const equals = argument.indexOf("=");
    if (equals < 0 ? long.has(argument) : valued.has(argument.slice(0, equals))) return;
    throw refused(program, argument);
  }
  for (const letter of argument.slice(1)) {
    if (!letters.includes(letter)) throw refused(program, `-${letter}`);
  }
}

function refused(program: ConfinedProgram, option: string): MeshError {
  return new MeshError(
    "PERMISSION_DENIED",
    `option ${shown(option)} of ${program} is not allowed here (for a path that begins with "-" put "--" before it)`,
  );
}
