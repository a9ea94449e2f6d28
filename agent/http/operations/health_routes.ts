import { type HttpAnswer, type HttpCall, type HttpRoute, plainText } from "../http_call.ts";

/** Why an agent does not serve now; none = it does. Short, and fit for anybody's eyes. */
export type Hindrances = () => readonly string[];

/**
 * `/healthz` and `/readyz`, for whatever watches over the agent: whether it is alive, and whether it serves. Nobody needs a key for them,
 * and they tell nothing secret.
 */
export function healthRoutes(hindrances: Hindrances): readonly HttpRoute[] {
  return [
    {
      prefix: "/healthz",
      whileStopping: true,
      respond: (call) => reading(call, "/healthz", () => plainText("ok", 200, FRESH)),
    },
    {
      prefix: "/readyz",
      whileStopping: true,
      respond: (call) => reading(call, "/readyz", () => readiness(hindrances())),
    },
  ];
}

const FRESH = { "cache-control": "no-store" };

function readiness(hindrances: readonly string[]): HttpAnswer {
  return hindrances.length === 0 ? plainText("ready", 200, FRESH) : plainText(hindrances.join("\n"), 503, FRESH);
}

/** What is read at one path. */
export function reading(
  call: HttpCall,
  path: string,
  answer: () => HttpAnswer | Promise<HttpAnswer>,
): HttpAnswer | Promise<HttpAnswer> {
  if (call.path !== path) return plainText("not found", 404);
  if (call.method !== "GET" && call.method !== "HEAD") {
    return plainText("method not allowed", 405, { allow: "GET, HEAD" });
  }
  return answer();
}
