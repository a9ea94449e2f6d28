import { MeshError } from "../core/errors.ts";
import type { JobPosition } from "../store/store.ts";

/** The largest place of a task in its job. */
const MAX_ORDINAL = 2 ** 32;

/** Where the page behind this job begins; empty after the last page. */
export function jobPageToken(next: JobPosition | undefined): string {
  return next ? `${next.createdAt}.${next.jobId}` : "";
}

/** @throws {MeshError} INVALID_ARGUMENT when it is none */
export function parseJobPageToken(token: string): JobPosition | undefined {
  if (!token) return undefined;
  const [, createdAt, jobId] = /^(\d{1,15})\.([0-9a-zA-Z-]{1,64})$/.exec(token) ?? [];
  if (createdAt === undefined || jobId === undefined) throw notAToken(token);
  return { createdAt: Number(createdAt), jobId };
}

/** Where the page behind this task begins; empty after the last page. */
export function taskPageToken(next: number | undefined): string {
  return next === undefined ? "" : String(next);
}

/** The place behind which a page begins; -1 for the first one. @throws {MeshError} INVALID_ARGUMENT when it is none */
export function parseTaskPageToken(token: string): number {
  if (!token) return -1;
  const ordinal = /^\d{1,10}$/.test(token) ? Number(token) : NaN;
  if (!(ordinal < MAX_ORDINAL)) throw notAToken(token);
  return ordinal;
}

function notAToken(token: string): MeshError {
  const given = JSON.stringify(token.slice(0, 100));
  return new MeshError("INVALID_ARGUMENT", `page_token: ${given} is none: send the next_page_token of the page before`);
}
