import { type HttpAnswer, type HttpCall, type HttpRoute, plainText } from "../http_call.ts";
import { PAGE, PAGE_FILES } from "./page_files.ts";

const SCREEN = "/screen/";
const ASSETS = "/assets/";

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

/**
 * The page shows and asks only what comes from this agent, and no other page can hold it in a frame, where it could lead a user to
 * give the key away.
 */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  // Another version of the program has another page.
  "cache-control": "no-cache",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/**
 * `/screen/DEVICE`, the page that shows a device's screen, and what it loads. There is no secret in it: it asks for the key, and which
 * device is meant, too, is found out in the page.
 */
export const screenRoutes: readonly HttpRoute[] = [
  { prefix: SCREEN, respond: (call) => reading(call, () => page(call.path.slice(SCREEN.length))) },
  { prefix: ASSETS, respond: (call) => reading(call, () => asset(call.path.slice(ASSETS.length))) },
];

function page(device: string): HttpAnswer {
  if (device === "" || device.includes("/")) return plainText("not found: /screen/DEVICE shows a device's screen", 404);
  const headers = {
    ...HEADERS,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": CONTENT_POLICY,
    "cross-origin-opener-policy": "same-origin",
  };
  return { status: 200, headers, body: PAGE };
}

function asset(path: string): HttpAnswer {
  const body = PAGE_FILES.get(path);
  const type = TYPES[path.slice(path.lastIndexOf(".") + 1)];
  if (body === undefined || type === undefined) return plainText("not found", 404);
  return { status: 200, headers: { ...HEADERS, "content-type": type }, body };
}

function reading({ method }: HttpCall, respond: () => HttpAnswer): HttpAnswer {
  if (method === "GET" || method === "HEAD") return respond();
  return plainText("method not allowed", 405, { allow: "GET, HEAD" });
}
