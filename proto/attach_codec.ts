import type { Buffer } from "node:buffer";
import protobuf from "protobufjs";
import { CONVERSION, messageTypes } from "./types.ts";
import type { CoordinatorBatch, CoordinatorBatch__Output, WorkerBatch, WorkerBatch__Output } from "./messages.ts";

/** How the batches of one direction become bytes and are read again. */
interface Codec<In, Out> {
  readonly serialize: (batch: In) => Buffer;
  readonly deserialize: (bytes: Buffer) => Out;
}

/** The fields of a batch that hold 64-bit numbers: they are converted, and come rarely. */
const CONVERTED = [
  "sample",
  "commands",
  "models",
  "model_orders",
  "model_answers",
  "screens",
  "file_orders",
  "file_answers",
] as const;

/**
 * Reads and writes the batches of the Attach stream without the copies that proto-loader makes of every message: hundreds of
 * thousands of tasks a second pass here. A batch that was read has the same fields, the absent ones from its prototype.
 */
export function attachCodec(): {
  worker: Codec<WorkerBatch, WorkerBatch__Output>;
  coordinator: Codec<CoordinatorBatch, CoordinatorBatch__Output>;
} {
  const root = messageTypes();
  return {
    worker: codecOf(root.lookupType("edgemesh.v1.WorkerBatch")),
    coordinator: codecOf(root.lookupType("edgemesh.v1.CoordinatorBatch")),
  };
}

function codecOf<In, Out>(type: protobuf.Type): Codec<In, Out> {
  const converted = CONVERTED.filter((name) => name in type.fields);
  return {
    // Under Deno, as under Node, the writer makes a Buffer.
    serialize: (batch) => type.encode(batch as Record<string, unknown>).finish() as Buffer,
    deserialize(bytes) {
      const batch = type.decode(bytes) as unknown as Record<string, unknown>;
      for (const name of converted) if (Object.hasOwn(batch, name)) batch[name] = plain(type, name, batch[name]);
      return batch as Out;
    },
  };
}

/** A field's message, or messages, as plain data. */
function plain(type: protobuf.Type, name: string, value: unknown): unknown {
  const field = type.fields[name]?.resolve().resolvedType;
  if (!(field instanceof protobuf.Type)) throw new Error(`${type.fullName}.${name} is no message`);
  const convert = (message: protobuf.Message) => field.toObject(message, CONVERSION);
  return Array.isArray(value) ? value.map(convert) : convert(value as protobuf.Message);
}
