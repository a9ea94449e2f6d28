import { Buffer } from "node:buffer";
import protobuf from "protobufjs";
import { CONVERSION } from "../../proto/types.ts";

/** A message within a message is read in pieces of its own from this size on, in bytes. */
const LARGE_BYTES = 65_536;

/** Messages within one message, at most: what two bytes each can claim to be a million tasks must not cost gigabytes. */
const MAX_MESSAGES = 1_010_000;

/** So many fields are looked at before other work gets its turn. */
const FIELDS_A_TURN = 50_000;

/** So many small messages are read before other work gets its turn: about 2 ms. */
const MESSAGES_A_TURN = 2000;

const LENGTH_DELIMITED = 2;

/** A message field that was found, with where its value lies. */
interface Part {
  readonly field: protobuf.Field;
  readonly type: protobuf.Type;
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a large message piece by piece: a plan of 100,000 tasks takes some hundred ms, in which other calls have to wait. Pauses at
 * each yield. What comes out is what the contract's own reading gives.
 *
 * @throws {RangeError} when it is no message of this type
 */
export function* readGradually(type: protobuf.Type, bytes: Uint8Array): Generator<void, Record<string, unknown>> {
  const { parts, rest } = yield* split(type, bytes);
  const message = plain(type, rest);
  let sinceTurn = 0;
  for (const part of parts) {
    const content = bytes.subarray(part.begin, part.end);
    let value: unknown;
    if (content.length >= LARGE_BYTES) value = yield* readGradually(part.type, content);
    else {
      value = plain(part.type, content);
      if (++sinceTurn % MESSAGES_A_TURN === 0) yield;
    }
    const { name, repeated } = part.field;
    if (repeated) (message[name] as unknown[]).push(value);
    else message[name] = value;
  }
  yield;
  return message;
}

function plain(type: protobuf.Type, bytes: Uint8Array): Record<string, unknown> {
  return type.toObject(type.decode(bytes), CONVERSION);
}

/** Where the messages within a message lie, and what is there besides. */
function* split(type: protobuf.Type, bytes: Uint8Array): Generator<void, { parts: Part[]; rest: Uint8Array }> {
  const parts: Part[] = [];
  const rest: Uint8Array[] = [];
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    if (parts.length + rest.length > MAX_MESSAGES) throw new RangeError(`it has more than ${MAX_MESSAGES} parts`);
    if ((parts.length + rest.length) % FIELDS_A_TURN === FIELDS_A_TURN - 1) yield;
    const begin = reader.pos;
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3];
    const inner = field && !field.map && field.resolvedType instanceof protobuf.Type ? field.resolvedType : undefined;
    if (field && inner && (tag & 7) === LENGTH_DELIMITED) {
      const length = reader.uint32();
      parts.push({ field, type: inner, begin: reader.pos, end: reader.pos + length });
      reader.skip(length);
    } else {
      reader.skipType(tag & 7);
      rest.push(bytes.subarray(begin, reader.pos));
    }
  }
  return { parts, rest: Buffer.concat(rest) };
}
