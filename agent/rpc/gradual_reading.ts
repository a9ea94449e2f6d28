import { Buffer } from "node:buffer";
import protobuf from "protobufjs";
import { CONVERSION } from "../../proto/types.ts";

/** A message within a message is read in pieces of its own from this size on, in bytes. */
const LARGE_BYTES = 65_536;

/** Fields of one message, at most: what two bytes each can claim to be a million tasks must not cost gigabytes. */
export const MAX_PARTS = 1_010_000;

/** So many fields, most of which are small messages, are read before other work gets its turn: about 2 ms. */
const PARTS_A_TURN = 2000;

const LENGTH_DELIMITED = 2;

/**
 * Reads a large message piece by piece: a plan of 100,000 tasks takes some hundred ms, in which other calls have to wait. Pauses at
 * each yield. What comes out is what the contract's own reading gives.
 *
 * @throws {RangeError} when it is no message of this type
 */
export function* readGradually(type: protobuf.Type, bytes: Uint8Array): Generator<void, Record<string, unknown>> {
  const found = new Map<protobuf.Field, unknown[]>();
  const rest: Uint8Array[] = [];
  const reader = protobuf.Reader.create(bytes);
  for (let parts = 1; reader.pos < reader.len; parts++) {
    if (parts > MAX_PARTS) throw new RangeError(`it has more than ${MAX_PARTS} parts`);
    if (parts % PARTS_A_TURN === 0) yield;
    const begin = reader.pos;
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3];
    const inner = field && !field.map && field.resolvedType instanceof protobuf.Type ? field.resolvedType : undefined;
    if (!field || !inner || (tag & 7) !== LENGTH_DELIMITED) {
      reader.skipType(tag & 7);
      rest.push(bytes.subarray(begin, reader.pos));
      continue;
    }
    const length = reader.uint32();
    const end = reader.pos + length;
    // A message that claims to be longer than what is there must not be read as a shorter one.
    if (end > reader.len) throw new RangeError("the message is cut off");
    let values = found.get(field);
    if (!values) found.set(field, values = []);
    if (length < LARGE_BYTES) values.push(inner.toObject(inner.decode(reader, length), CONVERSION));
    else values.push(yield* readGradually(inner, bytes.subarray(reader.pos, end)));
    if (reader.pos > end) throw new RangeError("a message within it is longer than it says");
    reader.pos = end;
  }
  const message = type.toObject(type.decode(Buffer.concat(rest)), CONVERSION);
  for (const [field, values] of found) message[field.name] = field.repeated ? values : values.at(-1);
  yield;
  return message;
}
