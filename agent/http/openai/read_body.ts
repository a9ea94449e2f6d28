import { messageOf } from "../../core/errors.ts";
import type { HttpCall } from "../http_call.ts";
import { ApiError } from "./api_error.ts";

/** The longest body that is read, in bytes. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a body that is to be a JSON object.
 *
 * @throws {ApiError} 400 for anything else, 413, 415
 */
export async function readBody(call: HttpCall): Promise<Readonly<Record<string, unknown>>> {
  const encoding = call.header("content-encoding");
  if (encoding && encoding.toLowerCase() !== "identity") {
    throw new ApiError(415, "the body is compressed: send it as it is, without content-encoding");
  }
  const bytes = await call.body(MAX_BODY_BYTES);
  if (!bytes) throw new ApiError(413, `the body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB`);
  const value = parsed(decoded(bytes));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ApiError(400, "the body is not a JSON object");
  }
  return value as Record<string, unknown>;
}

function decoded(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ApiError(400, "the body is not UTF-8");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, text.trim() === "" ? "the body is empty" : `the body is not JSON: ${messageOf(error)}`);
  }
}
