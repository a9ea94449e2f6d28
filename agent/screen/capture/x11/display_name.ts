import { MeshError } from "../../../core/errors.ts";

/** Where the server of a display listens. */
export type DisplayAddress =
  | { readonly transport: "unix"; readonly path: string }
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number };

/** A display of this machine, taken apart. */
export interface DisplayName {
  /** As it was given, e.g. `:0`. */
  readonly name: string;
  readonly number: number;
  /** Which of the server's screens; 0 but on very old set-ups. */
  readonly screen: number;
  /** To be tried in this order. */
  readonly addresses: readonly DisplayAddress[];
}

/** The port of display 0, by the X11 protocol. */
const FIRST_PORT = 6000;

/**
 * Reads a value of `DISPLAY`: `:0`, `:0.0`, `unix:0`, `unix/:0`, `localhost:10.0`, `127.0.0.1:10`.
 *
 * @throws {MeshError} `INVALID_ARGUMENT` for what is no display's name, `FAILED_PRECONDITION` for another machine's display
 */
export function parseDisplayName(name: string): DisplayName {
  const match = /^(.*):(\d{1,5})(?:\.(\d{1,3}))?$/.exec(name);
  const number = Number(match?.[2]);
  if (!match || number > 65_535 - FIRST_PORT) {
    throw new MeshError("INVALID_ARGUMENT", `Cannot read the display's name "${name}": it must be like ":0"`);
  }
  return { name, number, screen: Number(match[3] ?? 0), addresses: addressesOf(match[1] ?? "", number, name) };
}

function addressesOf(host: string, number: number, name: string): DisplayAddress[] {
  const socket: DisplayAddress = { transport: "unix", path: `/tmp/.X11-unix/X${number}` };
  const tcp = (hostname: string): DisplayAddress => ({ transport: "tcp", hostname, port: FIRST_PORT + number });
  switch (host) {
    case "":
      return [socket, tcp("127.0.0.1")];
    case "unix":
    case "unix/":
      return [socket];
    case "localhost":
      return [tcp("127.0.0.1"), tcp("::1")];
    case "127.0.0.1":
      return [tcp(host)];
    case "::1":
    case "[::1]":
      return [tcp("::1")];
    default:
      throw new MeshError("FAILED_PRECONDITION", `The display ${name} belongs to another machine: run an agent there`);
  }
}
