import { assert, assertEquals, assertMatch, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { type TicketRecord, Tickets, type TicketStore } from "./tickets.ts";

/** A store whose writes can be made to fail. */
class FakeStore implements TicketStore {
  readonly kept = new Map<string, TicketRecord>();
  isFull = false;

  putTicket(ticket: TicketRecord): Promise<void> {
    return this.#write(() => this.kept.set(ticket.tokenHash, ticket));
  }

  removeTicket(tokenHash: string): Promise<void> {
    return this.#write(() => this.kept.delete(tokenHash));
  }

  removeTickets(expiringBefore: number): Promise<void> {
    return this.#write(() => {
      for (const { tokenHash, expiresAt } of this.kept.values()) {
        if (expiresAt < expiringBefore) this.kept.delete(tokenHash);
      }
    });
  }

  tickets(): Promise<TicketRecord[]> {
    return Promise.resolve([...this.kept.values()]);
  }

  async #write(write: () => void): Promise<void> {
    await Promise.resolve();
    if (this.isFull) throw new MeshError("RESOURCE_EXHAUSTED", "the disk is full");
    write();
  }
}

const subject = { kind: "file" };

class Rig {
  readonly store = new FakeStore();
  at = 1_000_000;

  tickets(most?: number): Tickets {
    return new Tickets({ store: this.store, ttlMs: 60_000, now: () => this.at, ...(most ? { most } : {}) });
  }
}

Deno.test("a token is 43 characters, all tokens differ, and the store holds none", async () => {
  const rig = new Rig();
  const tickets = rig.tickets();
  const made = await Promise.all(Array.from({ length: 100 }, () => tickets.create(subject)));
  assertEquals(new Set(made.map(({ token }) => token)).size, 100);
  for (const { token, expiresAt } of made) {
    assertMatch(token, /^[A-Za-z0-9_-]{43}$/);
    assertEquals(expiresAt, rig.at + 60_000);
    assert(!JSON.stringify([...rig.store.kept.values()]).includes(token));
  }
});

Deno.test("of a hundred who use a ticket at once, one does; after that it is not there", async () => {
  const rig = new Rig();
  const tickets = rig.tickets();
  const { token } = await tickets.create(subject);
  const uses = await Promise.all(Array.from({ length: 100 }, () => tickets.find(token)?.spend()));
  assertEquals(uses.filter((won) => won).length, 1);
  assertEquals([tickets.find(token), tickets.size, rig.store.kept.size], [undefined, 0, 0]);
});

Deno.test("a ticket can be looked at as often as one likes, until its time is over", async () => {
  const rig = new Rig();
  const tickets = rig.tickets();
  const { token } = await tickets.create({ kind: "file" });
  const early = tickets.find(token);
  rig.at += 59_999;
  assertEquals(tickets.find(token)?.subject, { kind: "file" });
  rig.at += 1;
  assertEquals([tickets.find(token), tickets.size], [undefined, 0]);
  assertEquals(await early?.spend(), false);
});

Deno.test("tokens that were never made open nothing", async () => {
  const rig = new Rig();
  const tickets = rig.tickets();
  const { token } = await tickets.create(subject);
  const [ticket] = rig.store.kept.values();
  for (const guess of ["", "x", `${token}x`, token.slice(1), token.toLowerCase(), ticket?.tokenHash ?? ""]) {
    assertEquals(tickets.find(guess), undefined);
  }
});

Deno.test("only so many tickets can be open; a used or expired one makes room", async () => {
  const rig = new Rig();
  const tickets = rig.tickets(2);
  const { token } = await tickets.create(subject);
  // Two at once: one has room.
  const [second, third] = await Promise.allSettled([tickets.create(subject), tickets.create(subject)]);
  assertEquals([second?.status, third?.status], ["fulfilled", "rejected"]);
  const error = await assertRejects(() => tickets.create(subject), MeshError, "2 tickets are open");
  assertEquals(error.code, "RESOURCE_EXHAUSTED");
  await tickets.find(token)?.spend();
  await tickets.create(subject);
  rig.at += 60_000;
  await tickets.create(subject);
  assertEquals(tickets.size, 1);
});

Deno.test("after a restart open tickets can be used, and used and expired ones cannot", async () => {
  const rig = new Rig();
  const before = rig.tickets();
  const [used, open] = [await before.create(subject), await before.create(subject)];
  await before.find(used.token)?.spend();
  rig.at += 30_000;
  const later = await before.create(subject);
  rig.at += 30_000;
  const after = rig.tickets();
  await after.start();
  assertEquals([used, open, later].map(({ token }) => after.find(token) !== undefined), [false, false, true]);
  assertEquals(await after.find(later.token)?.spend(), true);
  after.stop();
  assertEquals(rig.store.kept.size, 0);
});

Deno.test("a ticket that cannot be written down is not given out; one whose use cannot be is not used", async () => {
  const rig = new Rig();
  const tickets = rig.tickets();
  const { token } = await tickets.create(subject);
  rig.store.isFull = true;
  await assertRejects(() => tickets.create(subject), MeshError, "the disk is full");
  assertEquals(tickets.size, 1);
  await assertRejects(() => tickets.find(token)?.spend() ?? Promise.resolve(), MeshError, "the disk is full");
  rig.store.isFull = false;
  assertEquals(await tickets.find(token)?.spend(), true);
});
