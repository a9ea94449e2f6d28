import { LinkedSignal } from "../../../core/abort.ts";
import { MeshError, messageOf } from "../../../core/errors.ts";
import { cookieFor, type Credentials } from "./authority.ts";
import { ByteReader } from "./byte_reader.ts";
import { X11Connection } from "./connection.ts";
import { type DisplayAddress, type DisplayName, parseDisplayName } from "./display_name.ts";
import { readSetup, type ScreenSetup, type Setup, SetupRefused, setupRequest } from "./setup.ts";

/** A server that we were let in by. */
export interface Display {
  readonly name: string;
  readonly connection: X11Connection;
  readonly screen: ScreenSetup;
  /** The server is on this machine for certain, and may share memory with us. */
  readonly local: boolean;
  /** An id for something of ours in the server. */
  nextId(): number;
}

/** A server lets us in within this, in ms. */
const CONNECT_MS = 5_000;

/**
 * Connects to a display.
 *
 * @param authority where the cookies are; it need not exist, since a server may ask for none
 * @throws {MeshError} `UNAVAILABLE` when nothing listens or answers there, `PERMISSION_DENIED` when the server does not let us in
 */
export async function connectDisplay(
  display: string,
  authority: string | undefined,
  signal?: AbortSignal,
): Promise<Display> {
  const name = parseDisplayName(display);
  using bounded = new LinkedSignal(signal);
  bounded.abortAfter(
    CONNECT_MS,
    new MeshError("UNAVAILABLE", `${display} did not answer within ${CONNECT_MS / 1000} s`),
  );
  const credentials = authority === undefined ? undefined : await readCookie(authority, name.number);
  const { conn, local } = await connectFirst(name, bounded.signal);
  const stop = () => conn.close();
  bounded.signal.addEventListener("abort", stop, { once: true });
  try {
    await writeAll(conn, setupRequest(credentials));
    const reader = new ByteReader(conn);
    const setup = await readSetup(reader);
    const screen = screenOf(setup, name);
    bounded.signal.removeEventListener("abort", stop);
    return { name: display, connection: new X11Connection(display, conn, reader), screen, local, nextId: ids(setup) };
  } catch (error) {
    if (bounded.signal.aborted) throw bounded.signal.reason;
    bounded.signal.removeEventListener("abort", stop);
    conn.close();
    throw explained(error, display, authority, credentials);
  }
}

async function readCookie(path: string, display: number): Promise<Credentials | undefined> {
  try {
    return cookieFor(await Deno.readFile(path), display, Deno.hostname());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new MeshError("PERMISSION_DENIED", `Cannot read the cookies of displays: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function connectFirst(name: DisplayName, signal: AbortSignal): Promise<{ conn: Deno.Conn; local: boolean }> {
  const reasons: string[] = [];
  for (const address of name.addresses) {
    try {
      return { conn: await connectTo(address, signal), local: address.transport === "unix" };
    } catch (error) {
      signal.throwIfAborted();
      reasons.push(`${textOf(address)}: ${messageOf(error)}`);
    }
  }
  throw new MeshError("UNAVAILABLE", `No server of the display ${name.name} was reached (${reasons.join("; ")})`);
}

/** A connection that comes after its caller has given up is closed. */
async function connectTo(address: DisplayAddress, signal: AbortSignal): Promise<Deno.Conn> {
  signal.throwIfAborted();
  const connecting: Promise<Deno.Conn> = address.transport === "unix"
    ? Deno.connect(address)
    : Deno.connect({ hostname: address.hostname, port: address.port });
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    reject(signal.reason);
    connecting.then((conn) => conn.close(), () => {});
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([connecting, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function textOf(address: DisplayAddress): string {
  return address.transport === "unix" ? address.path : `${address.hostname}:${address.port}`;
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

function screenOf(setup: Setup, name: DisplayName): ScreenSetup {
  const screen = setup.screens[name.screen];
  if (screen) return screen;
  throw new MeshError("FAILED_PRECONDITION", `The display ${name.name} has no screen ${name.screen}`);
}

function explained(
  error: unknown,
  display: string,
  authority: string | undefined,
  credentials: Credentials | undefined,
): MeshError {
  if (error instanceof MeshError) return error;
  const cause = { cause: error };
  if (!(error instanceof SetupRefused)) {
    return new MeshError("UNAVAILABLE", `The display ${display} did not answer as one: ${messageOf(error)}`, cause);
  }
  const shown = credentials
    ? `the cookie of ${authority}`
    : `no cookie, as ${authority ?? "XAUTHORITY"} has none for it`;
  return new MeshError(
    "PERMISSION_DENIED",
    `The display ${display} does not let this program in: "${messageOf(error)}" (it was shown ${shown})`,
    cause,
  );
}

/** Ids are the server's base and a counter in the bits of its mask. */
function ids({ idBase, idMask }: Setup): () => number {
  const step = idMask & -idMask;
  let offset = 0;
  return () => {
    offset += step;
    if ((offset & ~idMask) !== 0) throw new Error("the server gave too few ids");
    return (idBase | offset) >>> 0;
  };
}
