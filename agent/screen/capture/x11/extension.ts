import type { X11Connection } from "./connection.ts";
import { Request } from "./request.ts";

/** An extension of a server: its requests and events are numbered from these. */
export interface Extension {
  readonly major: number;
  readonly firstEvent: number;
}

const QUERY_EXTENSION = 98;

/** Undefined where the server does not have it. */
export async function queryExtension(connection: X11Connection, name: string): Promise<Extension | undefined> {
  const bytes = new TextEncoder().encode(name);
  const request = new Request(QUERY_EXTENSION, 0, 8 + bytes.length).u16(bytes.length, 0).raw(bytes);
  const { head } = await connection.ask(request);
  if (head.getUint8(8) === 0) return undefined;
  return { major: head.getUint8(9), firstEvent: head.getUint8(10) };
}

/** Says which version we speak, as every extension wants it first, and hears the server's. */
export async function negotiate(
  connection: X11Connection,
  { major }: Extension,
  version: readonly [major: number, minor: number],
): Promise<readonly [major: number, minor: number]> {
  const { head } = await connection.ask(new Request(major, 0, 12).u32(...version));
  return [head.getUint32(8, true), head.getUint32(12, true)];
}

/** A version is at least another. */
export function reaches(version: readonly [number, number], wanted: readonly [number, number]): boolean {
  return version[0] > wanted[0] || version[0] === wanted[0] && version[1] >= wanted[1];
}
