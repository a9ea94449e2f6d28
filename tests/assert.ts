/** The assertions of deno-std, which ships no types, with the types of those that the tests use. */
import * as std from "@std/assert";

export const assert: (condition: unknown, message?: string) => asserts condition = std.assert;
export const assertEquals: <T>(actual: T, expected: T, message?: string) => void = std.assertEquals;
export const assertNotEquals: <T>(actual: T, expected: T, message?: string) => void = std.assertNotEquals;
export const assertExists: <T>(actual: T, message?: string) => asserts actual is NonNullable<T> = std.assertExists;
export const assertMatch: (actual: string, expected: RegExp, message?: string) => void = std.assertMatch;
export const assertStringIncludes: (actual: string, expected: string, message?: string) => void =
  std.assertStringIncludes;
export const assertAlmostEquals: (actual: number, expected: number, tolerance?: number, message?: string) => void =
  std.assertAlmostEquals;
export const fail: (message?: string) => never = std.fail;

// deno-lint-ignore no-explicit-any -- the parameters of a constructor that is only compared with
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

export const assertThrows: <E extends Error>(
  run: () => unknown,
  kind: ErrorClass<E>,
  messageIncludes?: string,
) => E = std.assertThrows;
export const assertRejects: <E extends Error>(
  run: () => PromiseLike<unknown>,
  kind: ErrorClass<E>,
  messageIncludes?: string,
) => Promise<E> = std.assertRejects;
