import { createHash, randomBytes } from "node:crypto";
import { MeshError } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";

const log = logger("files");

/** A ticket as it is kept: nothing of it is a token that could be used. */
export interface TicketRecord {
  /** SHA-256 of its token, unpadded base64url. */
  readonly tokenHash: string;
  /** Unix time in ms. */
  readonly expiresAt: number;
  /** What it is for, as JSON. */
  readonly subject: string;
}

/** Where tickets survive a restart. Writes resolve once they are durable. */
export interface TicketStore {
  putTicket(ticket: TicketRecord): Promise<void>;
  /** An unknown one is ignored. */
  removeTicket(tokenHash: string): Promise<void>;
  /** Those that expire before this, Unix time in ms. */
  removeTickets(expiringBefore: number): Promise<void>;
  tickets(): Promise<TicketRecord[]>;
}

/** What a ticket is for. */
export interface TicketSubject {
  readonly kind: string;
}

/** A ticket that was just made. */
export interface NewTicket {
  /** 32 random bytes, unpadded base64url: 43 characters. */
  readonly token: string;
  /** Unix time in ms. */
  readonly expiresAt: number;
}

/** A ticket that can be used. */
export interface OpenTicket<Subject extends TicketSubject> {
  readonly subject: Subject;
  /**
   * Uses it up. Resolves once that is durable: to false when somebody else was first.
   *
   * @throws {MeshError} when it cannot be written down; it can then be used again
   */
  spend(): Promise<boolean>;
}

export interface TicketsOptions {
  readonly store: TicketStore;
  /** How long a ticket can be used, in ms. */
  readonly ttlMs: number;
  /** Unix time in ms. */
  readonly now?: () => number;
  /** Tickets that can be open at once. */
  readonly most?: number;
}

/** Tickets that can be open at once: each is a row of the store and some hundred bytes of memory. */
export const MAX_OPEN_TICKETS = 10_000;

const TOKEN_BYTES = 32;

/** How often expired tickets are removed, in ms. */
const SWEEP_MS = 60_000;

/**
 * Tokens that each open one thing, once. Known by their hashes only: a look-up then takes no longer for a token that is nearly right,
 * and the store's file gives none away.
 */
export class Tickets<Subject extends TicketSubject = TicketSubject> implements Component {
  readonly name = "tickets";
  readonly #open = new Map<string, TicketRecord>();
  readonly #store: TicketStore;
  readonly #ttlMs: number;
  readonly #now: () => number;
  readonly #most: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor({ store, ttlMs, now = Date.now, most = MAX_OPEN_TICKETS }: TicketsOptions) {
    this.#store = store;
    this.#ttlMs = ttlMs;
    this.#now = now;
    this.#most = most;
  }

  /** Tickets that can be used now. */
  get size(): number {
    this.#forgetExpired();
    return this.#open.size;
  }

  /** Takes up what an earlier run left. */
  async start(): Promise<void> {
    const kept = await this.#store.tickets();
    for (const ticket of kept.sort((a, b) => a.expiresAt - b.expiresAt)) this.#open.set(ticket.tokenHash, ticket);
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweep();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Makes a ticket. Resolves once it is durable.
   *
   * @throws {MeshError} `RESOURCE_EXHAUSTED` when too many are open
   */
  async create(subject: Subject): Promise<NewTicket> {
    if (this.size >= this.#most) {
      throw new MeshError("RESOURCE_EXHAUSTED", `${this.#most} tickets are open: use some, or wait until they expire`);
    }
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const expiresAt = this.#now() + this.#ttlMs;
    const ticket = { tokenHash: hashOf(token), expiresAt, subject: JSON.stringify(subject) };
    // In its place at once, so that those being written count.
    this.#open.set(ticket.tokenHash, ticket);
    try {
      await this.#store.putTicket(ticket);
    } catch (error) {
      this.#open.delete(ticket.tokenHash);
      throw error;
    }
    return { token, expiresAt };
  }

  /** The ticket that this is the token of, without using it; undefined for an unknown, spent or expired one. */
  find(token: string): OpenTicket<Subject> | undefined {
    this.#forgetExpired();
    const ticket = this.#open.get(hashOf(token));
    if (!ticket || ticket.expiresAt <= this.#now()) return undefined;
    return { subject: JSON.parse(ticket.subject) as Subject, spend: () => this.#spend(ticket) };
  }

  async #spend(ticket: TicketRecord): Promise<boolean> {
    if (ticket.expiresAt <= this.#now() || !this.#open.delete(ticket.tokenHash)) return false;
    try {
      await this.#store.removeTicket(ticket.tokenHash);
      return true;
    } catch (error) {
      this.#open.set(ticket.tokenHash, ticket);
      throw error;
    }
  }

  #sweep(): void {
    this.#forgetExpired();
    this.#store.removeTickets(this.#now() + 1).catch((error) =>
      log.warn("cannot remove expired tickets: {error}", { error })
    );
  }

  /** They stand in the order in which they expire, but for few: of a run with another time, or after the clock was set. */
  #forgetExpired(): void {
    const now = this.#now();
    for (const [hash, { expiresAt }] of this.#open) {
      if (expiresAt > now) return;
      this.#open.delete(hash);
    }
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
