import protobuf from "protobufjs";
import { requestType, responseType } from "./types.ts";

/**
 * A message in JSON that is none of its type. The message is one line that names the field: `job.plan.groups[0].index: …`.
 */
export class JsonFault extends Error {
  override name = "JsonFault";
}

type Json = unknown;

/** So many messages within messages are read before other work gets its turn: about 2 ms. */
const MESSAGES_A_TURN = 2000;

/** Types of 64 bits, which JSON has as text, since its numbers hold 53. */
const WIDE: ReadonlySet<string> = new Set(["int64", "uint64", "sint64", "fixed64", "sfixed64"]);

/** The least and the greatest of the types of 32 bits. */
const NARROW: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  sint32: [-(2 ** 31), 2 ** 31 - 1],
  sfixed32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  fixed32: [0, 2 ** 32 - 1],
};

/**
 * The message that a method answers with, or one of its stream, as protobuf's JSON mapping has it
 * (https://protobuf.dev/programming-guides/json/): names in lowerCamelCase, 64-bit numbers as text, enums by name, bytes as base64.
 * What was not set is there with its default, so that programs find it.
 *
 * @param path as gRPC has it: `/edgemesh.v1.MeshService/StartJob`
 * @param message plain data, as the types in `gen/` say
 */
export function responseToJson(path: string, message: Readonly<Record<string, unknown>>): Record<string, Json> {
  return toJson(responseType(path), message);
}

/**
 * Reads the message that a method is called with from JSON, with names in lowerCamelCase or as the contract has them. Fields that
 * this program does not know are passed over, as in protobuf's own format. Pauses at each yield, so that a large message holds nobody
 * up.
 *
 * @param path as for {@link responseToJson}
 * @returns plain data, as the types in `gen/` say
 * @throws {JsonFault}
 */
export function requestFromJson(path: string, json: Json): Generator<void, Record<string, unknown>> {
  return new Reading().message(requestType(path), json, "");
}

function toJson(type: protobuf.Type, message: Readonly<Record<string, unknown>>): Record<string, Json> {
  const json: Record<string, Json> = {};
  for (const field of type.fieldsArray) {
    const value = message[field.name] ?? emptyValue(field);
    if (value === undefined || value === null) continue;
    json[jsonName(field)] = listed(field, value, (one) => oneToJson(field, one));
  }
  return json;
}

/** A message of which every field is there by its name, as reading gives it. */
class Reading {
  #messages = 0;

  *message(type: protobuf.Type, json: Json, path: string): Generator<void, Record<string, unknown>> {
    if (!isObject(json)) throw fault(path, "an object", json);
    if (++this.#messages % MESSAGES_A_TURN === 0) yield;
    const message: Record<string, unknown> = {};
    for (const field of type.fieldsArray) {
      const camel = jsonName(field);
      const value = json[camel] ?? json[field.name] ?? undefined;
      const read = value === undefined
        ? emptyValue(field)
        : yield* this.#field(field, value, path === "" ? field.name : `${path}.${field.name}`);
      if (read !== undefined) message[field.name] = read;
    }
    return message;
  }

  *#field(field: protobuf.Field, json: Json, path: string): Generator<void, unknown> {
    if (field.map) {
      if (!isObject(json)) throw fault(path, "an object", json);
      const entries: [string, unknown][] = [];
      for (const [key, value] of Object.entries(json)) {
        entries.push([key, yield* this.#one(field, value, `${path}[${JSON.stringify(key)}]`)]);
      }
      return Object.fromEntries(entries);
    }
    if (!field.repeated) return yield* this.#one(field, json, path);
    if (!Array.isArray(json)) throw fault(path, "an array", json);
    const values: unknown[] = [];
    for (const [index, value] of json.entries()) values.push(yield* this.#one(field, value, `${path}[${index}]`));
    return values;
  }

  *#one(field: protobuf.Field, json: Json, path: string): Generator<void, unknown> {
    const { resolvedType } = field;
    if (resolvedType instanceof protobuf.Type) return yield* this.message(resolvedType, json, path);
    return resolvedType ? enumName(resolvedType, json, path) : scalar(field.type, json, path);
  }
}

function scalar(type: string, json: Json, path: string): unknown {
  if (type === "string") {
    if (typeof json !== "string") throw fault(path, "text", json);
    return json.toWellFormed();
  }
  if (type === "bool") {
    if (typeof json !== "boolean") throw fault(path, "true or false", json);
    return json;
  }
  if (type === "bytes") return bytesOf(json, path);
  if (type === "double" || type === "float") return decimal(json, path);
  const [least, greatest] = NARROW[type] ?? [type === "uint64" || type === "fixed64" ? 0 : -(2 ** 63), 2 ** 63];
  const value = typeof json === "string" && /^-?\d{1,20}$/.test(json) ? Number(json) : json;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > greatest) {
    throw fault(path, WIDE.has(type) ? "a whole number" : `a whole number from ${least} to ${greatest}`, json);
  }
  return value;
}

function decimal(json: Json, path: string): number {
  if (typeof json === "number") return json;
  if (typeof json === "string" && /^(NaN|-?Infinity|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(json)) return Number(json);
  throw fault(path, "a number", json);
}

function bytesOf(json: Json, path: string): Uint8Array {
  if (typeof json !== "string" || !/^[\w+/-]*={0,2}$/.test(json)) throw fault(path, "bytes in base64", json);
  const alphabet = /[-_]/.test(json) ? "base64url" : "base64";
  try {
    return Uint8Array.fromBase64(json, { alphabet });
  } catch {
    throw fault(path, "bytes in base64", json);
  }
}

function enumName(type: protobuf.Enum, json: Json, path: string): string | number {
  if (typeof json === "string" && Object.hasOwn(type.values, json)) return json;
  if (typeof json === "number" && Number.isInteger(json)) return type.valuesById[json] ?? json;
  throw fault(path, `one of ${Object.keys(type.values).join(", ")}`, json);
}

/** What a field is that was not set; undefined where that is told apart from every value. */
function emptyValue(field: protobuf.Field): unknown {
  if (field.map) return {};
  if (field.repeated) return [];
  if (field.partOf) return undefined;
  if (field.resolvedType instanceof protobuf.Type) return null;
  if (field.resolvedType) return field.resolvedType.valuesById[Number(field.typeDefault)];
  if (WIDE.has(field.type)) return 0;
  return field.type === "bytes" ? new Uint8Array() : field.typeDefault;
}

/** Converts each value of a field that has many. */
function listed(field: protobuf.Field, value: unknown, convert: (one: unknown) => Json): Json {
  if (field.map) return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, convert(one)]));
  return field.repeated ? (value as unknown[]).map(convert) : convert(value);
}

function oneToJson(field: protobuf.Field, value: unknown): Json {
  if (field.resolvedType instanceof protobuf.Type) return toJson(field.resolvedType, value as Record<string, unknown>);
  if (field.resolvedType) return typeof value === "number" ? field.resolvedType.valuesById[value] ?? value : value;
  if (WIDE.has(field.type)) return String(value);
  if (field.type === "bytes") return (value as Uint8Array).toBase64();
  // JSON has no such numbers.
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const names = new WeakMap<protobuf.Field, string>();

/** A field's name in JSON: `device_id` is `deviceId`. */
function jsonName(field: protobuf.Field): string {
  let name = names.get(field);
  if (name === undefined) {
    name = field.name.replace(/_+(.?)/g, (_, letter: string) => letter.toUpperCase());
    names.set(field, name);
  }
  return name;
}

function isObject(json: Json): json is Readonly<Record<string, Json>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function fault(path: string, wanted: string, json: Json): JsonFault {
  const given = JSON.stringify(json) ?? "nothing";
  const shown = given.length > 60 ? `${given.slice(0, 60).toWellFormed()}…` : given;
  return new JsonFault(`${path || "the message"}: must be ${wanted}, is ${shown}`);
}
