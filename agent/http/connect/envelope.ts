import { Buffer } from "node:buffer";
import { MeshError } from "../../core/errors.ts";

/** Flags, and the length of what follows: https://connectrpc.com/docs/protocol#streaming-rpcs */
const PREFIX_BYTES = 5;

const COMPRESSED = 1;
const END_STREAM = 2;

const encoder = new TextEncoder();

/** One message of a stream. */
export function envelope(message: Uint8Array): Uint8Array {
  return enclosed(0, message);
}

/** The last envelope of a stream, which says how it ended. */
export function endEnvelope(end: { readonly error?: unknown }): Uint8Array {
  return enclosed(END_STREAM, encoder.encode(JSON.stringify(end)));
}

/** The one message of a request. @throws {MeshError} INVALID_ARGUMENT for anything else */
export function onlyMessage(bytes: Uint8Array): Uint8Array {
  if (bytes.length < PREFIX_BYTES) throw new MeshError("INVALID_ARGUMENT", "the request holds no message");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(0);
  if (flags & COMPRESSED) {
    throw new MeshError("INVALID_ARGUMENT", "the message is compressed, and no compression was named");
  }
  if (flags !== 0) throw new MeshError("INVALID_ARGUMENT", `the message's envelope has unknown flags: ${flags}`);
  const length = view.getUint32(1);
  if (length !== bytes.length - PREFIX_BYTES) {
    const held = `its envelope says ${length} bytes, ${bytes.length - PREFIX_BYTES} came`;
    throw new MeshError("INVALID_ARGUMENT", `the request does not hold one whole message: ${held}`);
  }
  return bytes.subarray(PREFIX_BYTES);
}

function enclosed(flags: number, payload: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(flags, 0);
  prefix.writeUInt32BE(payload.length, 1);
  return Buffer.concat([prefix, payload]);
}
