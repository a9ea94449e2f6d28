import { type HttpRoute, plainText } from "./http_call.ts";

const PREFIX = "/bulk/download/";

/**
 * Downloads of files. None is served yet: no ticket can be made, so every token is invalid, and it says so as the
 * specification asks.
 */
export const bulkDownloads: HttpRoute = {
  prefix: PREFIX,
  respond({ method, path }) {
    if (method !== "GET") return plainText("method not allowed", 405, { allow: "GET" });
    if (path === PREFIX) return plainText("missing token", 400);
    return plainText("invalid or expired token", 403);
  },
};
