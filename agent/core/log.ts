import { configureSync, getLogger, type Logger, type LogRecord, type Sink } from "@logtape/logtape";

export type { Logger };

/** How much is logged, from most to least. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

/** `text` for people, `json` (one object a line) for programs. */
export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = typeof LOG_FORMATS[number];

/** The logger of one room, e.g. `logger("mesh")`. Silent until {@link configureLog} was called. */
export function logger(room: string): Logger {
  return getLogger(["edgemesh", room]);
}

const encoder = new TextEncoder();

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

let settings: LogSettings | undefined;

/** What {@link configureLog} was told, for other threads of this program; undefined where it was not called. */
export function configuredLog(): LogSettings | undefined {
  return settings;
}

/** Sends all logs to standard error. Standard output is kept for what programs read. */
export function configureLog(options: LogSettings): void {
  settings = options;
  const render = options.format === "json" ? renderJson : renderText;
  const sink: Sink = (record) => writeAll(encoder.encode(render(record) + "\n"));
  configureSync({
    reset: true,
    sinks: { stderr: sink },
    loggers: [
      { category: ["edgemesh"], lowestLevel: options.level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
}

function writeAll(bytes: Uint8Array): void {
  try {
    for (let sent = 0; sent < bytes.length;) sent += Deno.stderr.writeSync(bytes.subarray(sent));
  } catch {
    // Standard error is gone (its reader ended): there is nowhere left to say so, and the agent must go on.
  }
}

function messageText(record: LogRecord): string {
  return record.message.map((part) => typeof part === "string" ? part : printable(part)).join("");
}

function printable(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
}

function renderText(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString().slice(11, 23);
  const room = record.category.slice(1).join(".");
  return `${time} ${record.level.padEnd(7)} ${room}: ${messageText(record)}`;
}

function renderJson(record: LogRecord): string {
  const properties: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record.properties)) {
    properties[key] = value instanceof Error ? { message: value.message, stack: value.stack } : value;
  }
  return JSON.stringify({
    ...properties,
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    room: record.category.slice(1).join("."),
    message: messageText(record),
  });
}
