import { MeshError } from "../../core/errors.ts";
import type { HttpCall } from "../http_call.ts";
import type { MessageFormat } from "./procedure.ts";

/** How a call comes and is answered. */
export interface CallHead {
  readonly format: MessageFormat;
  /** Messages are in envelopes, as Connect's streams have them. */
  readonly isStream: boolean;
  /** How long the caller waits, in ms; undefined where it does not say. */
  readonly timeoutMs: number | undefined;
}

const CONTENT_TYPES: Readonly<Record<string, Pick<CallHead, "format" | "isStream">>> = {
  "application/json": { format: "json", isStream: false },
  "application/proto": { format: "proto", isStream: false },
  "application/connect+json": { format: "json", isStream: true },
  "application/connect+proto": { format: "proto", isStream: true },
};

/** The types of content that are taken for one message, or for a stream. */
export function contentTypes(isStream: boolean): string {
  return Object.entries(CONTENT_TYPES).filter(([, type]) => type.isStream === isStream).map(([name]) => name).join(
    ", ",
  );
}

/**
 * Reads what the headers say of a call.
 *
 * @returns undefined for a type of content that is none of Connect's
 * @throws {MeshError} for what Connect has and this server does not
 */
export function callHead(call: HttpCall): CallHead | undefined {
  const [contentType = "", ...parameters] = call.header("content-type").toLowerCase().split(";").map((one) =>
    one.trim()
  );
  const type = Object.hasOwn(CONTENT_TYPES, contentType) ? CONTENT_TYPES[contentType] : undefined;
  const charset = parameters.find((one) => one.startsWith("charset="))?.slice("charset=".length).replaceAll('"', "");
  if (!type || (charset !== undefined && charset !== "utf-8")) return undefined;
  const version = call.header("connect-protocol-version");
  if (version !== "" && version !== "1") {
    throw new MeshError("INVALID_ARGUMENT", `connect-protocol-version: must be "1", is ${JSON.stringify(version)}`);
  }
  const encoding = call.header(type.isStream ? "connect-content-encoding" : "content-encoding").toLowerCase();
  if (encoding !== "" && encoding !== "identity") {
    throw new MeshError("UNIMPLEMENTED", `unknown compression ${JSON.stringify(encoding)}: only identity is supported`);
  }
  return { ...type, timeoutMs: timeoutOf(call.header("connect-timeout-ms")) };
}

/** @throws {MeshError} for what is no number of at most ten digits */
function timeoutOf(text: string): number | undefined {
  if (text === "") return undefined;
  if (!/^\d{1,10}$/.test(text)) {
    throw new MeshError(
      "INVALID_ARGUMENT",
      `connect-timeout-ms: must be ms in up to ten digits, is ${JSON.stringify(text)}`,
    );
  }
  return Number(text);
}
