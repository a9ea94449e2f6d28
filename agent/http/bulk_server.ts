import type { ListenAddress } from "../config/config.ts";
import { bulkDownloads } from "./bulk_downloads.ts";
import { HttpServer } from "./http_server.ts";

/** The HTTP server with nothing but downloads. */
export class BulkServer extends HttpServer {
  constructor(listen: ListenAddress) {
    super(listen, [bulkDownloads]);
  }
}
