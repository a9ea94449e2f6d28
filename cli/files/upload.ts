import { createHash } from "node:crypto";
import { delay } from "../../agent/core/abort.ts";
import { MeshError } from "../../agent/core/errors.ts";
import type { Upload } from "../../proto/messages.ts";
import { bytes } from "../output/units.ts";
import { diskFailure } from "./disk_failure.ts";
import type { HttpExchange } from "./http_exchange.ts";
import type { AnswerHead } from "./http_exchange.ts";
import type { MeshFiles } from "./mesh_files.ts";
import { digestOf } from "./repr_digest.ts";
import { PIECE_BYTES, sendFrom } from "./send_from.ts";
import type { Way, Ways } from "./ways.ts";

/** Transfers in a row that bring nothing, until it is given up. */
const MOST_VAIN = 3;

/** Time between two of them, in ms. */
const PAUSE_MS = 500;

/** A file that is to be put on a device. */
export interface UploadOrder {
  /** Here. */
  readonly file: string;
  readonly device_id: string;
  /** In the device's inbox. */
  readonly path: string;
  /** As it was found. */
  readonly sizeBytes: number;
}

/** Hears how far a file is. */
export interface UploadProgress {
  /** @param there bytes of an earlier attempt that the device has */
  begins(sizeBytes: number, there: number): void;
  moved(bytes: number): void;
}

export interface UploadParts {
  readonly mesh: Pick<MeshFiles, "openUpload">;
  readonly ways: Ways;
  /** Whether a file that is there is replaced. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly progress: UploadProgress;
}

/** A file that is on the device. */
export interface Uploaded {
  readonly sizeBytes: number;
  /** Undefined where nothing was sent, or the answer to what was sent was lost. */
  readonly way: Way | undefined;
  /** Whether the very file was there before. */
  readonly wasThere: boolean;
  /** 64 hexadecimal digits: of what was read here, and of what the device has. */
  readonly sha256: string;
  /** Bytes that the device had from an earlier attempt. */
  readonly resumedFrom: number;
}

/**
 * Puts one file into a device's inbox, from where the attempt before ended, over as many connections as it takes. The device gives it
 * its name when it has the SHA-256 that was announced. Nothing is sent where the very file is there already.
 *
 * @throws {MeshError} in one line; the device keeps what has come, for a day
 */
export async function upload(order: UploadOrder, parts: UploadParts): Promise<Uploaded> {
  try {
    using file = await Deno.open(order.file);
    return await new Uploading(order, parts, file).run();
  } catch (error) {
    parts.signal.throwIfAborted();
    throw diskFailure("read", order.file, error);
  }
}

/** The device has the whole file. */
class IsThere extends MeshError {}

class Uploading {
  #resumedFrom: number | undefined;
  #hasSent = false;
  /** Bytes that the device had when the last transfer began. */
  #there = 0;

  constructor(
    private readonly order: UploadOrder,
    private readonly parts: UploadParts,
    private readonly file: Deno.FsFile,
  ) {}

  async run(): Promise<Uploaded> {
    const { signal } = this.parts;
    const { size, sha256 } = await this.#digest();
    for (let vain = 0;;) {
      const before = this.#there;
      try {
        const way = await this.#attempt(size, sha256);
        if (way) return this.#uploaded(size, sha256, way);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof IsThere) return this.#uploaded(size, sha256, undefined);
        if (!(error instanceof MeshError) || error.code !== "UNAVAILABLE") throw error;
        vain = this.#there > before ? 0 : vain + 1;
        if (vain === MOST_VAIN) throw this.#kept(error, size);
        await delay(PAUSE_MS, signal);
      }
    }
  }

  #uploaded(sizeBytes: number, sha256: string, way: Way | undefined): Uploaded {
    return { sizeBytes, way, wasThere: !this.#hasSent, sha256, resumedFrom: this.#resumedFrom ?? 0 };
  }

  /** What is announced. */
  async #digest(): Promise<{ readonly size: number; readonly sha256: string }> {
    const hash = createHash("sha256");
    const buffer = new Uint8Array(PIECE_BYTES);
    let size = 0;
    for (let count; (count = await this.file.read(buffer)) !== null;) {
      this.parts.signal.throwIfAborted();
      hash.update(buffer.subarray(0, count));
      size += count;
    }
    return { size, sha256: hash.digest("hex") };
  }

  /** @returns undefined where the device has less than all of it, although all was sent */
  async #attempt(size: number, sha256: string): Promise<Way | undefined> {
    const { order, parts } = this;
    const request = { device_id: order.device_id, path: order.path, size_bytes: size, sha256, overwrite: parts.force };
    let offset = 0;
    const open = async (way: Way | ""): Promise<Upload> => {
      const answer = await parts.mesh.openUpload({ ...request, way });
      // A device that says something else is not believed.
      offset = answer.offset >= 0 && answer.offset <= size ? answer.offset : 0;
      this.#there = Math.max(this.#there, offset);
      this.#resumedFrom ??= offset;
      parts.progress.begins(size, offset);
      if (answer.complete) throw new IsThere("ALREADY_EXISTS", `${order.path}: it is there already`);
      return answer;
    };
    const { opened } = await parts.ways.open(open, (exchange, token) => this.#send(exchange, token, { offset, size }));
    using _opened = opened;
    const { exchange, head, way } = opened;
    if (head.status === 202) return undefined;
    if (head.status === 201) {
      const there = digestOf(head.headers);
      if (there === undefined || there === sha256) return way;
      throw new MeshError("INTERNAL", `${order.file}: the device has another SHA-256 of it than was announced`);
    }
    throw failureOf(head, (await exchange.text()).trim(), order);
  }

  async #send(
    exchange: HttpExchange,
    token: string,
    { offset, size }: { readonly offset: number; readonly size: number },
  ): Promise<AnswerHead> {
    this.#hasSent = true;
    const whole = offset === 0;
    await exchange.request("PUT", `/bulk/upload/${encodeURIComponent(token)}`, {
      "content-type": "application/octet-stream",
      "content-length": String(size - offset),
      ...(whole ? {} : { "content-range": `bytes ${offset}-${size - 1}/${size}` }),
    });
    const { signal, progress } = this.parts;
    return await sendFrom(this.file, exchange, { begin: offset, end: size, signal, onBytes: (n) => progress.moved(n) });
  }

  #kept(error: MeshError, size: number): MeshError {
    if (this.#there === 0) return error;
    const part = `${bytes(this.#there)} of ${bytes(size)} are kept there for a day: the same command goes on`;
    return new MeshError(error.code, `${error.message}; ${part}`, { cause: error });
  }
}

/** What the device's HTTP server says, by the codes that it has for it. */
function failureOf({ status }: AnswerHead, said: string, { file, path }: UploadOrder): MeshError {
  switch (status) {
    case 409:
      return new MeshError("ALREADY_EXISTS", `${path}: ${said}`);
    case 422:
      return new MeshError("FAILED_PRECONDITION", `${file} was changed while it was sent: nothing of it is kept there`);
    case 507:
      return new MeshError("RESOURCE_EXHAUSTED", `${path}: the device has no room for it`);
    default:
      return new MeshError("UNAVAILABLE", `the device says: ${said} (${status})`);
  }
}
