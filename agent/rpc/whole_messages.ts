import type { ServiceDefinition } from "@grpc/grpc-js";

/** The longest varint: 64 bits in groups of seven. */
const MAX_VARINT_BYTES = 10;

/**
 * The service, with each request checked to be a whole message before it is read. The decoder itself takes a text that is cut off
 * for a shorter one, so that half a plan would run as if it were all of it. grpc-js answers INTERNAL to what is refused here.
 */
export function wholeMessages<S extends ServiceDefinition>(service: S): S {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => [name, {
      ...method,
      requestDeserialize(bytes: Uint8Array<ArrayBuffer>) {
        requireWhole(bytes);
        return method.requestDeserialize(bytes as Parameters<typeof method.requestDeserialize>[0]);
      },
    }]),
  ) as S;
}

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
