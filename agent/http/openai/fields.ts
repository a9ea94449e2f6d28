import { quoted } from "../../plans/quoted.ts";
import { wrongField } from "./api_error.ts";

/** The fields of a JSON object that a client sent. `null` is the same as absent, as in OpenAI's API. */
export class Fields {
  /** @param path of the object in the body, empty for the body itself */
  constructor(readonly values: Readonly<Record<string, unknown>>, private readonly path = "") {}

  /** The path of a field, as errors name it. */
  pathOf(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.values, name) ? this.values[name] ?? undefined : undefined;
  }

  /** @throws {ApiError} when it is no number from `min` to `max` */
  number(name: string, min: number, max: number): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= min && value <= max) return value;
    throw this.#wrong(name, `a number from ${min} to ${max}`);
  }

  /** @throws {ApiError} when it is no whole number from `min` to `max` */
  integer(name: string, min: number, max: number): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    throw this.#wrong(name, `a whole number from ${min} to ${max}`);
  }

  /** @throws {ApiError} when it is no string */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "string") return value;
    throw this.#wrong(name, "a string");
  }

  /** @throws {ApiError} when it is neither `true` nor `false` */
  flag(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.#wrong(name, "true or false");
  }

  /** @throws {ApiError} when it is no object */
  object(name: string): Fields | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (isObject(value)) return new Fields(value, this.pathOf(name));
    throw this.#wrong(name, "an object");
  }

  #wrong(name: string, wanted: string) {
    return wrongField(this.pathOf(name), `${this.pathOf(name)} is ${shown(this.value(name))}, not ${wanted}`);
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A client's value as a message shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return isObject(value) ? "an object" : String(value);
}
