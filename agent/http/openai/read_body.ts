import { messageOf } from "../../core/errors.ts";
import { ApiError } from "./api_error.ts";

/** The longest body that is read, in bytes. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** How long a body may take to come, in ms. */
const BODY_MS = 60_000;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a body that is to be a JSON object.
 *
 * @param bodyMs how long it may take to come, in ms
 * @throws {ApiError} 400 for anything else, 408, 413, 415
 */
export async function readBody(request: Request, bodyMs = BODY_MS): Promise<Readonly<Record<string, unknown>>> {
  const encoding = request.headers.get("content-encoding");
  if (encoding && encoding.toLowerCase() !== "identity") {
    throw new ApiError(415, "the body is compressed: send it as it is, without content-encoding");
  }
  const text = decoded(await inTime(readBytes(request), bodyMs));
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ApiError(400, "the body is not a JSON object");
  }
  return value as Record<string, unknown>;
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  if (length !== null) {
    if (Number(length) > MAX_BODY_BYTES) throw tooLarge();
    return await request.bytes();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

async function inTime<T>(reading: Promise<T>, ms: number): Promise<T> {
  const tooSlow = Promise.withResolvers<never>();
  const timer = setTimeout(() => tooSlow.reject(new ApiError(408, "the body took too long to come")), ms);
  try {
    return await Promise.race([reading, tooSlow.promise]);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(400, `the body did not come whole: ${messageOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
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

function tooLarge(): ApiError {
  return new ApiError(413, `the body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB`);
}
