import { setImmediate as turn } from "node:timers/promises";
import { JsonFault, requestFromJson } from "../../proto/json_mapping.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { MAX_PARTS } from "./gradual_reading.ts";
import type { UnreadRequest } from "./served_method.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;

/** What is shorter cannot hold too many parts. */
const MODEST_BYTES = 2 * MAX_PARTS;

/** A request in JSON. A session is taken from its message only where it is small: before it is read, nothing of it shows. */
export class JsonRequest implements UnreadRequest {
  readonly leadingText = "";
  readonly size: number;

  /** @param path of the method that is called: `/edgemesh.v1.MeshService/StartJob` */
  constructor(private readonly path: string, private readonly bytes: Uint8Array) {
    this.size = bytes.length;
  }

  /** @throws {MeshError} INVALID_ARGUMENT, naming the field */
  read(): unknown {
    return this.#reported(() => {
      const reading = this.#begin();
      for (;;) {
        const { done, value } = reading.next();
        if (done) return value;
      }
    });
  }

  async readInTurns(): Promise<unknown> {
    const reading = this.#reported(() => this.#begin());
    for (;;) {
      const { done, value } = this.#reported(() => reading.next());
      if (done) return value;
      await turn();
    }
  }

  #begin() {
    requireModest(this.bytes);
    return requestFromJson(this.path, parsed(this.bytes));
  }

  #reported<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (error instanceof JsonFault) throw new MeshError("INVALID_ARGUMENT", error.message, { cause: error });
      throw error;
    }
  }
}

function parsed(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new MeshError("INVALID_ARGUMENT", "the body is empty: a message without fields is {}");
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? `not JSON: ${messageOf(error)}` : "not UTF-8";
    throw new MeshError("INVALID_ARGUMENT", `the body is ${reason}`, { cause: error });
  }
}

/** @throws {MeshError} where so many objects or arrays begin that they would fill the memory, whatever they are */
function requireModest(bytes: Uint8Array): void {
  if (bytes.length < MODEST_BYTES) return;
  let parts = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isText && byte === BACKSLASH) at++;
    else if (byte === QUOTE) isText = !isText;
    else if (!isText && (byte === OPENING_BRACE || byte === OPENING_BRACKET)) parts++;
  }
  if (parts > MAX_PARTS) throw new MeshError("INVALID_ARGUMENT", `the body has more than ${MAX_PARTS} parts`);
}
