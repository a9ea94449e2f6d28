import { MeshError } from "../../core/errors.ts";
import type { HttpCall } from "../http_call.ts";
import type { MessageFormat } from "./procedure.ts";

/** How the messages of a call are written. */
export interface ContentType {
  readonly format: MessageFormat;
  /** Messages are in envelopes, as Connect's streams have them. */
  readonly isStream: boolean;
}

const CONTENT_TYPES: Readonly<Record<string, ContentType>> = {
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

/** The type of a call's content; undefined for one that is none of Connect's. */
export function contentType(call: HttpCall): ContentType | undefined {
  const [name = "", ...parameters] = call.header("content-type").toLowerCase().split(";").map((one) => one.trim());
  const charset = parameters.find((one) => one.startsWith("charset="))?.slice("charset=".length).replaceAll('"', "");
  if (charset !== undefined && charset !== "utf-8") return undefined;
  return Object.hasOwn(CONTENT_TYPES, name) ? CONTENT_TYPES[name] : undefined;
}

/**
 * How long the caller waits, in ms; undefined where it does not say.
 *
 * @throws {MeshError} also for what else the headers ask for that this server does not have
 */
export function callTimeout(call: HttpCall, isStream: boolean): number | undefined {
  const version = call.header("connect-protocol-version");
  if (version !== "" && version !== "1") {
    throw new MeshError("INVALID_ARGUMENT", `connect-protocol-version: must be "1", is ${JSON.stringify(version)}`);
  }
  const encoding = call.header(isStream ? "connect-content-encoding" : "content-encoding").toLowerCase();
  if (encoding !== "" && encoding !== "identity") {
    throw new MeshError("UNIMPLEMENTED", `unknown compression ${JSON.stringify(encoding)}: only identity is supported`);
  }
  return timeoutOf(call.header("connect-timeout-ms"));
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
