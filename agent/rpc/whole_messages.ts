import { Buffer } from "node:buffer";
import protobuf from "protobufjs";
import { setImmediate as turn } from "node:timers/promises";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { requestType } from "../../proto/types.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { readGradually } from "./gradual_reading.ts";
import type { UnreadRequest } from "./served_method.ts";

/** The longest varint: 64 bits in groups of seven. */
const MAX_VARINT_BYTES = 10;

/**
 * The service, with each request checked to be a whole message before it is read. The decoder itself takes a text that is cut off
 * for a shorter one, so that half a plan would run as if it were all of it.
 *
 * The request of a unary method arrives unread, as a {@link RawRequest}: reading a large one can take seconds, and nobody without
 * a session shall cause that.
 */
export function wholeMessages<S extends ServiceDefinition>(service: S): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => {
      const read = (bytes: Buffer): unknown => {
        requireWhole(bytes);
        if (method.requestStream) requireModest(bytes);
        return method.requestDeserialize(bytes);
      };
      const readLarge = (bytes: Buffer) => {
        requireWhole(bytes);
        return readGradually(requestType(method.path), bytes);
      };
      const requestDeserialize = method.requestStream
        ? read
        : (bytes: Buffer) => new RawRequest(bytes, read, readLarge);
      return [name, { ...method, requestDeserialize }];
    }),
  );
}

/** A request that was received and not yet read. */
export class RawRequest implements UnreadRequest {
  #bytes: Buffer;

  constructor(
    bytes: Buffer,
    private readonly decode: (bytes: Buffer) => unknown,
    private readonly decodeGradually: (bytes: Buffer) => Generator<void, unknown>,
  ) {
    this.#bytes = bytes;
  }

  /** In bytes; 0 once it was read. */
  get size(): number {
    return this.#bytes.length;
  }

  /** The text of field 1 where that stands first, as encoders write it, and is short, as an id is; else empty. */
  get leadingText(): string {
    const [tag, length = 128] = this.#bytes;
    return tag === 10 && length < 128 ? new TextDecoder().decode(this.#bytes.subarray(2, 2 + length)) : "";
  }

  /** Reads it, once. @throws {MeshError} INTERNAL, as gRPC does, when it is no message of its kind */
  read(): unknown {
    try {
      return this.decode(this.#take());
    } catch (error) {
      throw unreadable(error);
    }
  }

  /** The same for a large one, with turns for other work in between. */
  async readInTurns(): Promise<unknown> {
    try {
      const reading = this.decodeGradually(this.#take());
      for (;;) {
        const { done, value } = reading.next();
        if (done) return value;
        await turn();
      }
    } catch (error) {
      throw unreadable(error);
    }
  }

  /** What was read is not kept beside what it was read into. */
  #take(): Buffer {
    const bytes = this.#bytes;
    this.#bytes = EMPTY;
    return bytes;
  }
}

const EMPTY = Buffer.alloc(0);

function unreadable(error: unknown): MeshError {
  return new MeshError("INTERNAL", `the request cannot be read: ${messageOf(error)}`, { cause: error });
}

/** Messages within a batch of a stream, at most: far more than a worker sends, far less than would fill the memory. */
const MAX_FIELDS = 100_000;

/** What is shorter than this cannot hold too many fields. */
const MODEST_BYTES = 2 * MAX_FIELDS;

/** @throws {RangeError} when a batch, or one of the messages in it, has more fields than any worker sends */
function requireModest(bytes: Uint8Array): void {
  if (bytes.length < MODEST_BYTES) return;
  const reader = protobuf.Reader.create(bytes);
  for (let fields = 0; reader.pos < reader.len; fields++) {
    if (fields === MAX_FIELDS) throw new RangeError(`a batch has more than ${MAX_FIELDS} fields`);
    const tag = reader.uint32();
    // The greeting is the only message of a batch that holds lists.
    if (tag === HELLO) requireModest(reader.bytes());
    else reader.skipType(tag & 7);
  }
}

/** Field 1 of a WorkerBatch, with its length before it. */
const HELLO = 10;

/**
 * Walks over a message's own fields; those of a message within it lie between its bounds, and are the decoder's business.
 *
 * @throws {RangeError} when the last field is cut off, or what stands there is no field
 */
export function requireWhole(bytes: Uint8Array): void {
  let at = 0;
  let openGroups = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1, count = 0; count < MAX_VARINT_BYTES; count++, shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("the message is cut off");
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
    throw new RangeError("a number in the message has no end");
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag < 8 || tag > 0xffffffff) throw new RangeError("a field of the message has no valid number");
    switch (tag % 8) {
      case 0:
        varint();
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        // In a statement of its own, as reading the length moves `at`.
        const length = varint();
        at += length;
        break;
      }
      // What stands between the two marks of a group are fields like all others.
      case 3:
        openGroups++;
        break;
      case 4:
        openGroups--;
        break;
      case 5:
        at += 4;
        break;
      default:
        throw new RangeError("a field of the message has a type that does not exist");
    }
  }
  if (at > bytes.length || openGroups !== 0) throw new RangeError("the message is cut off");
}
