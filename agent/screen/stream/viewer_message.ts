/** What a viewer may say on the channel `frames`; see `docs/screen.md`. */
export type ViewerMessage =
  | { readonly type: "hello"; readonly tiles: number }
  | { readonly type: "ack"; readonly frame: number }
  | { readonly type: "key" }
  | { readonly type: "set"; readonly monitor?: unknown; readonly fps?: unknown; readonly quality?: unknown }
  | { readonly type: "ping"; readonly id: number };

/** The longest message of a viewer's has a tenth of it. */
const MOST_CHARACTERS = 2048;
/** A viewer acknowledges 60 frames a second at most; twice that, and some at once after a stall, are believed. */
const MESSAGES_A_SECOND = 120;
const MESSAGES_AT_ONCE = 240;

/**
 * Reads what viewers say. They may be hostile: whatever is too long, too much or not understood is passed over, so that newer viewers
 * can say more, too.
 */
export class ViewerMessages {
  #allowed = MESSAGES_AT_ONCE;
  #at: number;

  /** @param now in ms */
  constructor(now: number) {
    this.#at = now;
  }

  /** @returns undefined for what is passed over */
  read(data: string | Uint8Array, now: number): ViewerMessage | undefined {
    this.#allowed = Math.min(MESSAGES_AT_ONCE, this.#allowed + (now - this.#at) * MESSAGES_A_SECOND / 1000);
    this.#at = now;
    if (this.#allowed < 1) return undefined;
    this.#allowed--;
    if (typeof data !== "string" || data.length > MOST_CHARACTERS) return undefined;
    return messageOf(parsed(data));
  }
}

function messageOf(value: Record<string, unknown>): ViewerMessage | undefined {
  const { type, tiles, frame, id, monitor, fps, quality } = value;
  if (type === "hello" && isCount(tiles)) return { type, tiles };
  if (type === "ack" && isCount(frame)) return { type, frame };
  if (type === "key") return { type };
  if (type === "set") {
    // Absent stays absent: what was set before it holds.
    return {
      type,
      ...(monitor !== undefined && { monitor }),
      ...(fps !== undefined && { fps }),
      ...(quality !== undefined && { quality }),
    };
  }
  if (type === "ping" && isCount(id)) return { type, id };
  return undefined;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
