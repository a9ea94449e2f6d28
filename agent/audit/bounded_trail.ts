import type { AuditEvent, AuditTrail } from "./audit_event.ts";

/** Refusals of one kind from one address that are recorded one by one within {@link WINDOW_MS}. */
export const REFUSALS_KEPT = 20;

/** In ms. */
export const WINDOW_MS = 60_000;

/** Kinds and addresses that are counted at once, at most; what comes from more is counted together. */
const MAX_WINDOWS = 1000;

interface Window {
  readonly since: number;
  count: number;
  /** What the next line says of those that were left out. */
  last: AuditEvent;
}

/**
 * Records everything but floods of refusals: whoever needs no key to be refused must not be able to push what counts out of the log. Of
 * those left out a line says how many there were.
 */
export class BoundedTrail implements AuditTrail {
  readonly #windows = new Map<string, Window>();

  /** @param now in ms */
  constructor(private readonly trail: AuditTrail, private readonly now: () => number = () => performance.now()) {}

  record(event: AuditEvent): void {
    if (!event.event.endsWith(".refused")) return this.trail.record(event);
    this.#endWindows();
    const key = this.#windows.size < MAX_WINDOWS ? `${event.event} ${addressOf(event.from ?? "")}` : event.event;
    const window = this.#windows.get(key) ?? { since: this.now(), count: 0, last: event };
    this.#windows.set(key, window);
    window.count++;
    window.last = event;
    if (window.count <= REFUSALS_KEPT) this.trail.record(event);
  }

  /** Tells of what was left out so far. */
  flush(): void {
    for (const window of this.#windows.values()) this.#tellLeftOut(window);
    this.#windows.clear();
  }

  /** A window never moves: the oldest stands first. */
  #endWindows(): void {
    for (const [key, window] of this.#windows) {
      if (this.now() - window.since < WINDOW_MS) return;
      this.#windows.delete(key);
      this.#tellLeftOut(window);
    }
  }

  #tellLeftOut({ count, last }: Window): void {
    if (count > REFUSALS_KEPT) {
      this.trail.record({ ...last, details: { ...last.details, more: count - REFUSALS_KEPT } });
    }
  }
}

/** Without the port, which is another one for each connection. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, "");
}
