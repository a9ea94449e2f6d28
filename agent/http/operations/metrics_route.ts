import { BusyError, MeshError } from "../../core/errors.ts";
import { type HttpAnswer, type HttpRoute, plainText } from "../http_call.ts";
import { reading } from "./health_routes.ts";

/** Who may read the figures. */
export interface BearerGate {
  /** @throws {MeshError} UNAUTHENTICATED for what is neither a session nor the mesh key; RESOURCE_EXHAUSTED for who guesses */
  requireBearer(token: string, peer: string): unknown;
}

/** What writes the figures. */
export interface FigureSource {
  exposed(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/**
 * `/metrics`, for Prometheus. Figures tell much of who works when, so that everybody has to show the mesh key or a session, also on this
 * machine: it may have other users.
 */
export function metricsRoute(figures: FigureSource, gate: BearerGate): HttpRoute {
  const show = async () => {
    const { contentType, text } = await figures.exposed();
    return { status: 200, headers: { "content-type": contentType, "cache-control": "no-store" }, body: text };
  };
  return {
    prefix: "/metrics",
    whileStopping: true,
    respond: (call) =>
      reading(call, "/metrics", () => {
        try {
          gate.requireBearer(/^Bearer +(.+)$/i.exec(call.header("authorization"))?.[1] ?? "", call.peer);
        } catch (error) {
          return refusal(error);
        }
        return show();
      }),
  };
}

function refusal(error: unknown): HttpAnswer {
  if (error instanceof BusyError) {
    return plainText(error.message, 429, { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) });
  }
  if (!(error instanceof MeshError)) throw error;
  return plainText(error.message, 401, { "www-authenticate": "Bearer" });
}
