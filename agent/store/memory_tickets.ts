import type { TicketRecord } from "./store.ts";

/** Tickets that were not used yet, in memory. */
export class MemoryTickets {
  readonly #kept = new Map<string, TicketRecord>();

  /** False where there is one with its hash: nothing is changed then. */
  put(ticket: TicketRecord): boolean {
    if (this.#kept.has(ticket.tokenHash)) return false;
    this.#kept.set(ticket.tokenHash, ticket);
    return true;
  }

  remove(tokenHash: string): void {
    this.#kept.delete(tokenHash);
  }

  removeExpiring(before: number): void {
    for (const { tokenHash, expiresAt } of this.#kept.values()) {
      if (expiresAt < before) this.#kept.delete(tokenHash);
    }
  }

  /** In the order in which they expire; of the same moment, by their hash. Copies. */
  all(): TicketRecord[] {
    return [...this.#kept.values()].sort(byExpiry).map((ticket) => ({ ...ticket }));
  }
}

function byExpiry(a: TicketRecord, b: TicketRecord): number {
  return a.expiresAt - b.expiresAt || (a.tokenHash < b.tokenHash ? -1 : 1);
}
