import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { testBoth } from "./both_stores.ts";
import { sampleTicket } from "./store_samples.ts";

testBoth("tickets come back in the order in which they expire, until they are removed", async (store) => {
  assertEquals(await store.tickets(), []);
  const second = sampleTicket(1, { tokenHash: "other" });
  await Promise.all([sampleTicket(3), second, sampleTicket(2), sampleTicket(1)].map((one) => store.putTicket(one)));
  assertEquals(await store.tickets(), [sampleTicket(1), second, sampleTicket(2), sampleTicket(3)]);
  await Promise.all([store.removeTicket("hash 2"), store.removeTicket("unknown")]);
  assertEquals(await store.tickets(), [sampleTicket(1), second, sampleTicket(3)]);
  await store.putTicket(sampleTicket(2));
  assertEquals(await store.tickets(), [sampleTicket(1), second, sampleTicket(2), sampleTicket(3)]);
});

testBoth("only tickets that expire before the moment named are removed together", async (store) => {
  await Promise.all([1, 2, 3].map((expires) => store.putTicket(sampleTicket(expires))));
  await store.removeTickets(sampleTicket(2).expiresAt);
  assertEquals(await store.tickets(), [sampleTicket(2), sampleTicket(3)]);
});

testBoth("a second ticket of the same hash is refused, and the first one stays", async (store) => {
  await store.putTicket(sampleTicket(1));
  await assertRejects(() => store.putTicket(sampleTicket(2, { tokenHash: "hash 1" })), MeshError);
  assertEquals(await store.tickets(), [sampleTicket(1)]);
});

testBoth("very many tickets are all read", async (store) => {
  const tickets = Array.from({ length: 2500 }, (_, expires) => sampleTicket(expires));
  await Promise.all(tickets.map((ticket) => store.putTicket(ticket)));
  assertEquals(await store.tickets(), tickets);
});
