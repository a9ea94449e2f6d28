import { isAbsolute, join } from "node:path";
import { MeshError, messageOf } from "../../../core/errors.ts";
import { MessageCutter, type WaylandMessage, waylandRequest } from "./wire.ts";

/** A monitor, as the compositor tells of it. */
export interface WaylandOutput {
  /** e.g. `DP-1`; empty where the compositor does not say it. */
  name: string;
  /** In the compositor's own units, of which one may be several pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** In pixels, before it is turned. */
  pixelWidth: number;
  pixelHeight: number;
  /** `wl_output.transform`: odd = turned by 90 or 270 degrees. */
  transform: number;
}

/** Pixels for one of the compositor's units. */
export function scaleOf(output: WaylandOutput): number {
  const across = output.transform % 2 === 1 ? output.pixelHeight : output.pixelWidth;
  return output.width > 0 && across > 0 ? across / output.width : 1;
}

/** Where the compositor listens; undefined where the variables do not say it. */
export function waylandSocket(variable: (name: "WAYLAND_DISPLAY" | "XDG_RUNTIME_DIR") => string | undefined) {
  const name = variable("WAYLAND_DISPLAY");
  const folder = variable("XDG_RUNTIME_DIR");
  if (name === undefined || isAbsolute(name)) return name;
  return folder === undefined ? undefined : join(folder, name);
}

/**
 * The compositor's monitors.
 *
 * @throws {MeshError} `UNAVAILABLE` when it cannot be asked
 * @throws the signal's reason when it aborts
 */
export async function waylandOutputs(socket: string, signal: AbortSignal): Promise<WaylandOutput[]> {
  signal.throwIfAborted();
  let connection: Deno.UnixConn | undefined;
  const close = () => {
    connection?.close();
    connection = undefined;
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    connection = await Deno.connect({ transport: "unix", path: socket });
    signal.throwIfAborted();
    return await new OutputReader(connection).read();
  } catch (error) {
    signal.throwIfAborted();
    const reason = messageOf(error);
    throw new MeshError("UNAVAILABLE", `the Wayland compositor at ${socket} cannot be asked: ${reason}`, {
      cause: error,
    });
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

const DISPLAY = 1;
const REGISTRY = 2;
/** Opcodes of `wl_display`. */
const SYNC = 0;
const GET_REGISTRY = 1;
/** Of `wl_registry`. */
const BIND = 0;
/** Of `zxdg_output_manager_v1`. */
const GET_XDG_OUTPUT = 1;

/** The newest versions whose events are understood here. */
const OUTPUT_VERSION = 4;
const XDG_OUTPUT_VERSION = 3;

type Listener = (message: WaylandMessage) => void;

/** Asks for all outputs, and answers what came until the compositor has told everything. */
class OutputReader {
  readonly #connection: Deno.UnixConn;
  readonly #listeners = new Map<number, Listener>();
  readonly #cutter = new MessageCutter();
  readonly #outputs = new Map<number, WaylandOutput>();
  /** Requests that are not sent yet. */
  readonly #pending: Uint8Array<ArrayBuffer>[] = [];
  #xdgManager: number | undefined;
  #nextId = REGISTRY + 1;

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
    this.#listeners.set(DISPLAY, ({ opcode, body }) => {
      if (opcode !== 0) return;
      const [object, code] = [body.unsigned(), body.unsigned()];
      throw new Error(`error ${code} of object ${object}: ${body.text()}`);
    });
    this.#listeners.set(REGISTRY, (message) => this.#global(message));
  }

  async read(): Promise<WaylandOutput[]> {
    this.#pending.push(waylandRequest(DISPLAY, GET_REGISTRY, REGISTRY));
    await this.#roundTrip();
    if (this.#xdgManager !== undefined) {
      for (const [id, output] of this.#outputs) this.#askLogical(this.#xdgManager, id, output);
    }
    await this.#roundTrip();
    return [...this.#outputs.values()];
  }

  #global({ opcode, body }: WaylandMessage): void {
    if (opcode !== 0) return;
    const [name, kind, version] = [body.unsigned(), body.text(), body.unsigned()];
    if (kind === "wl_output") {
      const id = this.#bind(name, kind, Math.min(version, OUTPUT_VERSION));
      const output = { name: "", x: 0, y: 0, width: 0, height: 0, pixelWidth: 0, pixelHeight: 0, transform: 0 };
      this.#outputs.set(id, output);
      this.#listeners.set(id, (message) => readOutput(output, message));
    } else if (kind === "zxdg_output_manager_v1") {
      this.#xdgManager = this.#bind(name, kind, Math.min(version, XDG_OUTPUT_VERSION));
    }
  }

  #bind(name: number, kind: string, version: number): number {
    const id = this.#nextId++;
    this.#pending.push(waylandRequest(REGISTRY, BIND, name, kind, version, id));
    return id;
  }

  #askLogical(manager: number, outputId: number, output: WaylandOutput): void {
    const id = this.#nextId++;
    this.#pending.push(waylandRequest(manager, GET_XDG_OUTPUT, id, outputId));
    this.#listeners.set(id, (message) => readXdgOutput(output, message));
  }

  /** Sends what was asked, and reads until the compositor has answered all of it. */
  async #roundTrip(): Promise<void> {
    const callback = this.#nextId++;
    let done = false;
    this.#listeners.set(callback, () => done = true);
    this.#pending.push(waylandRequest(DISPLAY, SYNC, callback));
    for (const bytes of this.#pending.splice(0)) await writeAll(this.#connection, bytes);
    const buffer = new Uint8Array(4096);
    while (!done) {
      const count = await this.#connection.read(buffer);
      if (count === null) throw new Error("it closed the connection");
      for (const message of this.#cutter.push(buffer.subarray(0, count))) {
        this.#listeners.get(message.object)?.(message);
      }
    }
  }
}

function readOutput(output: WaylandOutput, { opcode, body }: WaylandMessage): void {
  if (opcode === 0) {
    [output.x, output.y] = [body.signed(), body.signed()];
    for (let skipped = 0; skipped < 3; skipped++) body.signed();
    body.text();
    body.text();
    output.transform = body.signed();
  } else if (opcode === 1) {
    const current = (body.unsigned() & 1) === 1;
    if (current) [output.pixelWidth, output.pixelHeight] = [body.signed(), body.signed()];
  } else if (opcode === 4) output.name = body.text();
}

function readXdgOutput(output: WaylandOutput, { opcode, body }: WaylandMessage): void {
  if (opcode === 0) [output.x, output.y] = [body.signed(), body.signed()];
  else if (opcode === 1) [output.width, output.height] = [body.signed(), body.signed()];
  else if (opcode === 3) output.name = body.text();
}

async function writeAll(connection: Deno.UnixConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}
