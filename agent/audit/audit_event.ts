/** Something that the owner of a device may want to know afterwards: who did what on it. */
export interface AuditEvent {
  /** `ROOM.WHAT`, e.g. `screen.started`. */
  readonly event: string;
  /** Who caused it: the name that the caller's session gives, as the caller chose it. */
  readonly who: string;
  /** Where the caller called from: `HOST:PORT`. */
  readonly from?: string;
  /** What it happened to, e.g. a stream's id. */
  readonly what?: string;
  /** Id of the device on which it happened. */
  readonly device?: string;
  /** The reason, of what was refused or ended. */
  readonly why?: string;
  /** What else belongs to this kind of event. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** Where events are recorded. */
export interface AuditTrail {
  /** Takes the event at once: never waits, never throws. */
  record(event: AuditEvent): void;
}

/** Longest text of an event, in characters; what a caller sends must not fill the disk. */
const MAX_TEXT = 512;

/** An event as a line of the file: one JSON object, its details beside the rest, texts cut to 512 characters. */
export function auditLine(event: AuditEvent, atMs: number): string {
  const { event: name, who, from, what, device, why, details = {} } = event;
  const line = { ...details, time: new Date(atMs).toISOString(), event: name, who, from, what, device, why };
  const { time, ...rest } = Object.fromEntries(Object.entries(line).map(([key, value]) => [key, clipped(value)]));
  return `${JSON.stringify({ time, event: name, ...rest })}\n`;
}

function clipped<T>(value: T): T | string {
  return typeof value === "string" && value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…`.toWellFormed() : value;
}
