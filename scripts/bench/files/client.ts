/** The client process of the measurement of files. */
import { serveOrders } from "../shared/order_server.ts";
import { atOnce, secondsOf } from "../shared/timing.ts";
import type { OrderHandlers } from "./orders.ts";

await serveOrders((session): OrderHandlers => ({
  ticket: async ({ path }) => (await session.downloadTicket(path)).token,
  tickets: ({ path, count, inFlight }) => secondsOf(() => atOnce(count, inFlight, () => session.downloadTicket(path))),
  calls: ({ count, inFlight }) => secondsOf(() => atOnce(count, inFlight, () => session.health())),
}));
