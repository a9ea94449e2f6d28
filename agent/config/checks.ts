import { UsageError } from "../core/errors.ts";
import { isUuid } from "../core/ids.ts";
import { didYouMean } from "../core/nearest.ts";
import { formatAddress, isUnspecified, parseHost, parseHostPort } from "./address.ts";
import { parseDuration } from "./duration.ts";

// What a value of each setting may be. Each check takes what was given and throws a `UsageError` with the reason alone;
// the caller adds where the value comes from.

/** Most characters of a device's display name. */
const MAX_NAME_LENGTH = 64;

/** Longest wait for a device that went away, in ms: a day. Timers hold no more than 24 days. */
const MAX_REATTACH_GRACE_MS = 86_400_000;

/** Characters that a terminal acts on instead of showing: controls, line separators, reversals of direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

export function checkName(text: string): string {
  const name = text.trim();
  const length = [...name].length;
  if (length < 1 || length > MAX_NAME_LENGTH) throw new UsageError(`a name has 1 to ${MAX_NAME_LENGTH} characters`);
  if (UNPRINTABLE.test(name)) throw new UsageError("a name holds printable characters only");
  return name;
}

/** The host's own name, made into one that {@link checkName} accepts. */
export function nameFromHost(hostname: string): string {
  const printable = hostname.replace(new RegExp(UNPRINTABLE, "gu"), "").trim();
  return [...printable].slice(0, MAX_NAME_LENGTH).join("").trim() || "device";
}

export function checkUuid(text: string): string {
  if (!isUuid(text)) throw new UsageError("not a UUID such as 0f8fad5b-d9cb-469f-a165-70867728950e");
  return text.toLowerCase();
}

/** A host that other devices can reach: no port, not "all interfaces". */
export function checkAdvertised(text: string): string {
  const host = hostAlone(text);
  if (isUnspecified(host)) {
    throw new UsageError("other devices cannot reach this: give one of its addresses");
  }
  return host;
}

/** An origin as browsers name it: https://www.rfc-editor.org/rfc/rfc6454#section-6.2 */
export function checkOrigin(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError("give one origin such as https://dashboard.example");
  }
  if (text.replace(/\/$/, "").toLowerCase() !== url.origin) {
    throw new UsageError(`an origin has no path, user or port that goes without saying: write ${url.origin}`);
  }
  return url.origin;
}

function hostAlone(text: string): string {
  try {
    return parseHost(text);
  } catch (error) {
    if (/:\d*$/.test(text)) throw new UsageError("give the host without a port: the port is that of --grpc or --http");
    throw error;
  }
}

/** Coordinators to attach to, each once. */
export function checkJoin(list: readonly string[]): string[] {
  if (list.length === 0) throw new UsageError("names no coordinator: write HOST:PORT");
  return [...new Set(list.map((text) => prefixed(text, list, () => formatAddress(parseHostPort(text)))))];
}

/** Commands that may be run; `none` alone is no command. */
export function checkAllow(list: readonly string[]): string[] {
  if (list.length === 0) throw new UsageError("names no command: write none to allow no command");
  if (list.includes("none")) {
    if (list.length > 1) throw new UsageError("none stands alone");
    return [];
  }
  return [...new Set(list.map((text) => prefixed(text, list, () => checkCommand(text))))];
}

function checkCommand(text: string): string {
  const bareName = /^(?![-.])[\p{L}\p{N}._+-]+$/u.test(text);
  const absolute = /^(\/|[a-z]:[\\/]|\\\\)./i.test(text) && !/\p{Cc}/u.test(text);
  if (!bareName && !absolute) throw new UsageError("a command is a bare name or an absolute path");
  return text;
}

/** What this device is said to have; `none` alone is neither. */
export function checkCapabilities(list: readonly string[]): ReadonlySet<"npu" | "gpu"> {
  if (list.length === 0) throw new UsageError("names nothing: write npu, gpu, both or none");
  if (list.length === 1 && list[0] === "none") return new Set();
  return new Set(list.map((text) => {
    if (text === "none") throw new UsageError("none stands alone");
    if (text !== "npu" && text !== "gpu") throw new UsageError(`"${text}" is neither npu nor gpu`);
    return text;
  }));
}

/** Which store is used. The shared one for several coordinators is known, but not there yet. */
export function checkStore(text: string): "sqlite" | "memory" {
  if (/^nats:/i.test(text)) throw new UsageError("a NATS store is not available yet: use sqlite or memory");
  return oneOf("sqlite", "memory")(text);
}

/** How long a task waits for its device, in ms. */
export function checkReattachGrace(text: string): number {
  const ms = parseDuration(text);
  if (ms > MAX_REATTACH_GRACE_MS) throw new UsageError("is too long: at most 1d");
  return ms;
}

/** How long jobs are kept, in ms, or `forever`. */
export function checkKeepJobs(text: string): number | "forever" {
  if (text === "forever") return text;
  let ms: number;
  try {
    ms = parseDuration(text);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${error.message}, or forever`) : error;
  }
  if (ms === 0) throw new UsageError("keeps no result long enough to be read: give a duration above 0, or forever");
  return ms;
}

/** A check for a whole number within bounds, both included. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(number >= least && number <= most)) throw new UsageError(`must be a whole number from ${least} to ${most}`);
    return number;
  };
}

/** A check for one of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((known) => known === text);
    if (word === undefined) {
      throw new UsageError(`must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}${didYouMean(text, words)}`);
    }
    return word;
  };
}

/** Names the entry of a longer list that the reason is about. */
function prefixed<T>(entry: string, list: readonly string[], check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (list.length > 1 && error instanceof UsageError) throw new UsageError(`"${entry}": ${error.message}`);
    throw error;
  }
}
