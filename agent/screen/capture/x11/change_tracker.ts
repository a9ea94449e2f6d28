import type { Rectangle } from "../../types.ts";
import type { Display } from "./connect.ts";
import type { X11Connection } from "./connection.ts";
import { type Extension, negotiate, queryExtension, reaches } from "./extension.ts";
import { intersection } from "./monitors.ts";
import { Request } from "./request.ts";

/** More rectangles than this are told as the one around them: comparing pixels is then cheaper than many small grabs. */
const MOST_RECTANGLES = 64;

const DAMAGE_CREATE = 1;
const DAMAGE_SUBTRACT = 3;
/** One event when something changed, no more until it was fetched: a busy screen does not flood us. */
const REPORT_NON_EMPTY = 3;
const CREATE_REGION = 5;
const FETCH_REGION = 19;
const CHANGE_WINDOW_ATTRIBUTES = 2;
const EVENT_MASK = 1 << 11;
/** Also asked for by RANDR's monitors: the root window is told of again when they change. */
const STRUCTURE_NOTIFY = 1 << 17;
const CONFIGURE_NOTIFY = 22;

/** What changed on a screen, as its server tells by DAMAGE: nothing is asked, and nothing costs, while nothing changes. */
export class ChangeTracker {
  readonly #connection: X11Connection;
  readonly #damage: { readonly extension: Extension; readonly id: number };
  readonly #region: { readonly extension: Extension; readonly id: number };
  /** By area of the screen that is looked at: what changed in it since that was last told. */
  readonly #untold = new Map<string, { readonly area: Rectangle; rectangles: Rectangle[] }>();
  #changed = false;
  #fetching = false;

  private constructor(display: Display, damage: Extension, xfixes: Extension) {
    this.#connection = display.connection;
    this.#damage = { extension: damage, id: display.nextId() };
    this.#region = { extension: xfixes, id: display.nextId() };
  }

  /** @returns undefined where the server cannot tell */
  static async create(display: Display): Promise<ChangeTracker | undefined> {
    const { connection, screen } = display;
    const [damage, xfixes] = await Promise.all(["DAMAGE", "XFIXES"].map((name) => queryExtension(connection, name)));
    if (!damage || !xfixes) return undefined;
    await negotiate(connection, damage, [1, 1]);
    if (!reaches(await negotiate(connection, xfixes, [4, 0]), [2, 0])) return undefined;
    const tracker = new ChangeTracker(display, damage, xfixes);
    await tracker.#start(screen.root);
    return tracker;
  }

  async #start(root: number): Promise<void> {
    const { extension, id } = this.#damage;
    this.#connection.listen(extension.firstEvent, () => this.#changed = true);
    this.#connection.listen(CONFIGURE_NOTIFY, () => this.#untold.clear());
    this.#connection.send(new Request(CHANGE_WINDOW_ATTRIBUTES, 0, 16).u32(root, EVENT_MASK, STRUCTURE_NOTIFY));
    this.#connection.send(new Request(this.#region.extension.major, CREATE_REGION, 8).u32(this.#region.id));
    await this.#connection.check(
      new Request(extension.major, DAMAGE_CREATE, 16).u32(id, root).u8(REPORT_NON_EMPTY),
    );
  }

  /** Whether the server is being asked. */
  get fetching(): boolean {
    return this.#fetching;
  }

  /**
   * What changed in an area of the screen since the last call for it, in pixels from the area's corner. Undefined in the
   * first call, and when the monitors have changed.
   */
  async changes(area: Rectangle): Promise<readonly Rectangle[] | undefined> {
    this.#connection.throwIfLost();
    if (this.#changed) await this.#fetch();
    const key = `${area.x},${area.y},${area.width},${area.height}`;
    const known = this.#untold.get(key);
    if (!known) {
      this.#untold.set(key, { area, rectangles: [] });
      return undefined;
    }
    const { rectangles } = known;
    known.rectangles = [];
    return rectangles.map(({ x, y, ...size }) => ({ x: x - area.x, y: y - area.y, ...size }));
  }

  /** Takes what changed from the server, which begins to collect anew in the same moment. */
  async #fetch(): Promise<void> {
    this.#changed = false;
    const [damage, region] = [this.#damage, this.#region];
    this.#connection.send(new Request(damage.extension.major, DAMAGE_SUBTRACT, 16).u32(damage.id, 0, region.id));
    this.#fetching = true;
    const { body } = await this.#connection.ask(new Request(region.extension.major, FETCH_REGION, 8).u32(region.id))
      .finally(() => this.#fetching = false);
    const changed = parseRectangles(body);
    for (const entry of this.#untold.values()) {
      const inside = changed.flatMap((rectangle) => intersection(rectangle, entry.area) ?? []);
      entry.rectangles = bounded([...entry.rectangles, ...inside]);
    }
  }
}

function parseRectangles(body: Uint8Array): Rectangle[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return Array.from({ length: body.length / 8 }, (_, index) => ({
    x: view.getInt16(index * 8, true),
    y: view.getInt16(index * 8 + 2, true),
    width: view.getUint16(index * 8 + 4, true),
    height: view.getUint16(index * 8 + 6, true),
  }));
}

function bounded(rectangles: Rectangle[]): Rectangle[] {
  if (rectangles.length <= MOST_RECTANGLES) return rectangles;
  const x = Math.min(...rectangles.map((rectangle) => rectangle.x));
  const y = Math.min(...rectangles.map((rectangle) => rectangle.y));
  const right = Math.max(...rectangles.map((rectangle) => rectangle.x + rectangle.width));
  const bottom = Math.max(...rectangles.map((rectangle) => rectangle.y + rectangle.height));
  return [{ x, y, width: right - x, height: bottom - y }];
}
