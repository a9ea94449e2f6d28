import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { keyMatches } from "./mesh_key.ts";
import { WrongKeys } from "./wrong_keys.ts";

/** How long a session lives without use, in ms: the specification's notes say 30 min. */
export const SESSION_IDLE_MS = 30 * 60_000;
/**
 * Live sessions at most. One more ends the longest unused: programs that open a session for each call leave them behind, and
 * whoever opens one has proved the key, so that nothing is gained by ending another's; its owner opens a new one.
 */
export const MAX_SESSIONS = 10_000;
/** Characters of a device name that are kept. */
const MAX_DEVICE_NAME = 256;

/** A live session. */
export interface Session {
  readonly sessionId: string;
  /** What the client calls itself; printable, at most 256 characters, may be empty. */
  readonly deviceName: string;
  /** Unix time in seconds. */
  readonly connectedAt: number;
}

/** Hears who was let in and who was not. */
export interface SessionObserver {
  opened(session: Session, peer: string): void;
  /** @param deviceName what the client calls itself; empty where it does not say */
  refused(deviceName: string, peer: string, why: MeshError): void;
}

/** Who may call: sessions opened with the mesh key. They live in memory and end with the process. */
export class Sessions {
  readonly #key: string;
  readonly #now: () => number;
  readonly #wrongKeys: WrongKeys;
  readonly #observer: SessionObserver | undefined;
  /** The longest unused first: each use moves a session to the end. */
  readonly #live = new Map<string, { readonly session: Session; lastUsed: number }>();

  /** @param options.now Unix time in ms. */
  constructor(options: { readonly key: string; readonly now?: () => number; readonly observer?: SessionObserver }) {
    this.#key = options.key;
    this.#observer = options.observer;
    this.#now = options.now ?? Date.now;
    this.#wrongKeys = new WrongKeys(this.#now);
  }

  /** Live sessions now. */
  get size(): number {
    this.#sweep();
    return this.#live.size;
  }

  /**
   * Opens a session.
   *
   * @param peer the caller's address, with or without port; wrong keys are counted by it.
   * @throws {MeshError} `UNAUTHENTICATED` for a wrong key; `RESOURCE_EXHAUSTED` after too many wrong keys from the same address.
   */
  create(deviceName: string, key: string, peer: string): Session {
    this.#told(cleanName(deviceName), peer, () => {
      this.#wrongKeys.refuseGuesser(peer);
      if (keyMatches(key, this.#key)) return;
      this.#wrongKeys.count(peer);
      const why = key === "" ? "no mesh key given: send it as security_key" : "wrong mesh key";
      throw new MeshError("UNAUTHENTICATED", why);
    });
    this.#makeRoom();
    const now = this.#now();
    const session: Session = Object.freeze({
      sessionId: newId(),
      deviceName: cleanName(deviceName),
      connectedAt: Math.floor(now / 1000),
    });
    this.#live.set(session.sessionId, { session, lastUsed: now });
    this.#observer?.opened(session, peer);
    return session;
  }

  /**
   * Takes note that a session is used, which renews it.
   *
   * @throws {MeshError} `UNAUTHENTICATED` when none was given, or the one given is not live.
   */
  touch(sessionId: string): Session {
    if (sessionId === "") {
      throw new MeshError(
        "UNAUTHENTICATED",
        "no session given: open one with CreateSession and send it as session_id or as metadata " +
          '"authorization: Bearer SESSION_ID"',
      );
    }
    const entry = this.#live.get(sessionId);
    const now = this.#now();
    // Deleted and set again, it moves to the end.
    this.#live.delete(sessionId);
    if (!entry || now - entry.lastUsed >= SESSION_IDLE_MS) {
      throw new MeshError("UNAUTHENTICATED", "unknown or ended session: open a new one with CreateSession");
    }
    entry.lastUsed = now;
    this.#live.set(sessionId, entry);
    return entry.session;
  }

  /**
   * Admits a caller that has one secret to show, as HTTP clients do: a live session, which is renewed, or else the mesh key.
   *
   * @param peer as for {@link create}: what is neither of both counts as a wrong key.
   * @returns what the session's client calls itself; empty for the mesh key, which says nothing of who has it.
   * @throws {MeshError} `UNAUTHENTICATED` for neither of both; `RESOURCE_EXHAUSTED` after too many wrong keys from the same address.
   */
  requireBearer(token: string, peer: string): { readonly clientName: string } {
    if (this.isLive(token)) return { clientName: this.touch(token).deviceName };
    this.#told("", peer, () => {
      this.#wrongKeys.refuseGuesser(peer);
      if (keyMatches(token, this.#key)) return;
      // A client that forgot its key guesses nothing.
      if (token !== "") this.#wrongKeys.count(peer);
      throw new MeshError(
        "UNAUTHENTICATED",
        token === ""
          ? 'no key given: send the mesh key or a session as "authorization: Bearer KEY"'
          : "wrong mesh key, or a session that has ended",
      );
    });
    return { clientName: "" };
  }

  /** What it refuses, the observer hears of, too. */
  #told(deviceName: string, peer: string, admit: () => void): void {
    try {
      admit();
    } catch (error) {
      if (error instanceof MeshError) this.#observer?.refused(deviceName, peer, error);
      throw error;
    }
  }

  /** Whether a session is live, without renewing it. */
  isLive(sessionId: string): boolean {
    const entry = this.#live.get(sessionId);
    return entry !== undefined && this.#now() - entry.lastUsed < SESSION_IDLE_MS;
  }

  #makeRoom(): void {
    this.#sweep();
    for (const id of this.#live.keys()) {
      if (this.#live.size < MAX_SESSIONS) return;
      this.#live.delete(id);
    }
  }

  #sweep(): void {
    const now = this.#now();
    for (const [id, { lastUsed }] of this.#live) {
      if (now - lastUsed < SESSION_IDLE_MS) return;
      this.#live.delete(id);
    }
  }
}

function cleanName(name: string): string {
  return [...name.replace(/[\p{Cc}\p{Cs}]/gu, "")].slice(0, MAX_DEVICE_NAME).join("").trim();
}
