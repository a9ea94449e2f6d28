import { MeshError } from "../core/errors.ts";

/**
 * The vectors of an answer, one for each input.
 *
 * @param server what to call it in messages
 * @throws {MeshError} INTERNAL where they are not that
 */
export function vectorsOf(value: unknown, inputs: number, server: string): number[][] {
  if (Array.isArray(value) && value.length === inputs && value.every(isVector)) return value;
  throw new MeshError("INTERNAL", `${server} did not send one list of numbers for each of ${inputs} inputs`);
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((number) => Number.isFinite(number));
}
