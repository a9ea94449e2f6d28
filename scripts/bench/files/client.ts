/** The client process of the measurement of files. */
import { serveOrders } from "../shared/order_server.ts";
import { atOnce, secondsOf } from "../shared/timing.ts";
import type { OrderHandlers } from "./orders.ts";

await serveOrders((session): OrderHandlers => ({
  ticket: async ({ path }) => (await session.downloadTicket(path)).token,
  tickets: ({ path, count, inFlight }) => secondsOf(() => atOnce(count, inFlight, () => session.downloadTicket(path))),
  calls: ({ count, inFlight }) => secondsOf(() => atOnce(count, inFlight, () => session.health())),
  online: () => session.online(),
  download: async ({ deviceId: device_id, path, way }) => {
    const { ticket, http_addr, relay_token, relay_addr } = await session.openDownload({ device_id, path, way });
    return way === "relay"
      ? { token: relay_token, address: relay_addr }
      : { token: ticket?.token ?? "", address: http_addr };
  },
  upload: async ({ deviceId: device_id, bytes: size_bytes, ...order }) => {
    const { token, http_addr, relay_token, relay_addr } = await session.openUpload({ device_id, size_bytes, ...order });
    return order.way === "relay" ? { token: relay_token, address: relay_addr } : { token, address: http_addr };
  },
}));
