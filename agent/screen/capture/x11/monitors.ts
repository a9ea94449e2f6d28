import type { Monitor, Rectangle } from "../../types.ts";
import type { Display } from "./connect.ts";
import type { Reply, X11Connection } from "./connection.ts";
import { type Extension, negotiate, queryExtension, reaches } from "./extension.ts";
import { Request } from "./request.ts";

const GET_ATOM_NAME = 17;
const GET_GEOMETRY = 14;
/** RANDR 1.5 brought GetMonitors. */
const RANDR = [1, 5] as const;
const GET_MONITORS = 42;

/** Which monitors a screen has, by RANDR; the whole screen where the server cannot tell. */
export class MonitorReader {
  readonly #connection: X11Connection;
  readonly #root: number;
  readonly #randr: Extension | undefined;
  readonly #names = new Map<number, string>();

  private constructor(display: Display, randr: Extension | undefined) {
    this.#connection = display.connection;
    this.#root = display.screen.root;
    this.#randr = randr;
  }

  static async create(display: Display): Promise<MonitorReader> {
    const randr = await queryExtension(display.connection, "RANDR");
    const usable = randr && reaches(await negotiate(display.connection, randr, RANDR), RANDR);
    return new MonitorReader(display, usable ? randr : undefined);
  }

  /** The screen now, from 0, 0. */
  async screen(): Promise<Rectangle> {
    const { head } = await this.#connection.ask(new Request(GET_GEOMETRY, 0, 8).u32(this.#root));
    return { x: 0, y: 0, width: head.getUint16(16, true), height: head.getUint16(18, true) };
  }

  /** The monitors now, as far as they show the screen: the primary one first, then in the server's order. */
  async monitors(): Promise<Monitor[]> {
    const [screen, found] = await Promise.all([this.screen(), this.#read()]);
    const shown = found.flatMap((monitor) => {
      const area = intersection(monitor, screen);
      return area ? [{ ...monitor, ...area }] : [];
    });
    const whole = { name: "screen", primary: true, ...screen };
    const sorted = shown.length === 0 ? [whole] : shown.sort((a, b) => Number(b.primary) - Number(a.primary));
    // Where the user named none, the first is as good as the primary one.
    return sorted.map((monitor, index) => ({ ...monitor, index, primary: index === 0 }));
  }

  async #read(): Promise<Omit<Monitor, "index">[]> {
    if (!this.#randr) return [];
    const request = new Request(this.#randr.major, GET_MONITORS, 12).u32(this.#root).u8(1);
    const monitors = parseMonitors(await this.#connection.ask(request));
    return await Promise.all(
      monitors.map(async ({ atom, ...monitor }) => ({ ...monitor, name: await this.#nameOf(atom) })),
    );
  }

  async #nameOf(atom: number): Promise<string> {
    const known = this.#names.get(atom);
    if (known !== undefined) return known;
    const { head, body } = await this.#connection.ask(new Request(GET_ATOM_NAME, 0, 8).u32(atom));
    const name = new TextDecoder().decode(body.subarray(0, head.getUint16(8, true)));
    this.#names.set(atom, name);
    return name;
  }
}

function parseMonitors({ head, body }: Reply): ({ atom: number; primary: boolean } & Rectangle)[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const monitors = [];
  let at = 0;
  for (let count = head.getUint32(12, true); count > 0; count--) {
    monitors.push({
      atom: view.getUint32(at, true),
      primary: view.getUint8(at + 4) !== 0,
      x: view.getInt16(at + 8, true),
      y: view.getInt16(at + 10, true),
      width: view.getUint16(at + 12, true),
      height: view.getUint16(at + 14, true),
    });
    const outputs = view.getUint16(at + 6, true);
    at += 24 + outputs * 4;
  }
  return monitors;
}

/** What two rectangles share; undefined where that is nothing. */
export function intersection(a: Rectangle, b: Rectangle): Rectangle | undefined {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}
