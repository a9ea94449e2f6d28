import type { HttpAnswer, HttpCall } from "../http_call.ts";

/** So long a browser need not ask again whether it may call, in s: Chromium forgets after two hours anyway. */
const MAX_AGE_S = 7200;

/** What a page of another origin may send, and may read of an answer. */
const ALLOWED = "authorization, connect-protocol-version, connect-timeout-ms, content-type, x-idempotency-key";
const EXPOSED = "retry-after, www-authenticate";

/** Lets web pages of one other origin call. */
export class CrossOrigin {
  /** @param origin as browsers send it: `https://dashboard.example` */
  constructor(private readonly origin: string) {}

  /** The answer to a browser that asks whether it may call; undefined for every other call. */
  preflight(call: HttpCall): HttpAnswer | undefined {
    if (call.method !== "OPTIONS" || call.header("access-control-request-method") === "") return undefined;
    if (!this.#isFrom(call)) return { status: 403, headers: { vary: "origin" }, body: "" };
    const headers = {
      ...this.#headers,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": ALLOWED,
      "access-control-max-age": String(MAX_AGE_S),
    };
    return { status: 204, headers, body: "" };
  }

  /** The same answer, as the page may read it. */
  readable(call: HttpCall, answer: HttpAnswer): HttpAnswer {
    if (!this.#isFrom(call)) return { ...answer, headers: { ...answer.headers, vary: "origin" } };
    return { ...answer, headers: { ...answer.headers, ...this.#headers, "access-control-expose-headers": EXPOSED } };
  }

  get #headers(): Record<string, string> {
    return { "access-control-allow-origin": this.origin, vary: "origin" };
  }

  #isFrom(call: HttpCall): boolean {
    return call.header("origin") === this.origin;
  }
}
