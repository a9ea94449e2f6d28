import type { ServerResponse } from "node:http";
import { logger } from "../../core/log.ts";
import type { DirectBody } from "../http_call.ts";
import type { ByteRange } from "./byte_range.ts";
import { Connection } from "./connection.ts";
import { PieceSize } from "./piece_size.ts";
import type { SystemSending } from "./system_sending.ts";

const log = logger("bulk");

/** A file that is open. */
export interface ReadableFile {
  /** By which the system knows it. */
  readonly descriptor: number;
  /** Reads at `position`, up to the buffer's length; 0 at the file's end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface FileBodyOptions {
  /** Ends the sending. */
  readonly signal: AbortSignal;
  readonly system?: SystemSending | undefined;
}

/** A file that became shorter than its ticket says while it was sent. */
class ShrunkError extends Error {
  constructor() {
    super("the file was cut short while it was sent");
  }
}

/**
 * Bytes of a file. As many as were announced are sent, or the connection is cut: of a file that grows no more, and one that shrinks
 * is never taken for whole. Holds two pieces at most, however slow its client is.
 */
export class FileBody implements DirectBody {
  constructor(
    private readonly file: ReadableFile,
    private readonly range: ByteRange,
    private readonly options: FileBodyOptions,
  ) {}

  get length(): number {
    return this.range.end - this.range.begin;
  }

  async sendTo(response: ServerResponse, stallMs: number): Promise<void> {
    const connection = new Connection(response, this.options.signal, stallMs);
    try {
      const sending = this.options.system;
      if (sending && this.length > sending.worthwhile) await this.#sendBySystem(connection, sending);
      else await this.#sendPieces(connection, this.range.begin);
    } catch (error) {
      log.warn("a download was cut: {error}", { error });
      connection.cut();
    } finally {
      await this.file.close();
    }
    if (this.options.signal.aborted) connection.cut();
  }

  /** Reads one piece ahead while another one is on its way. */
  async #sendPieces(connection: Connection, begin: number): Promise<void> {
    const size = new PieceSize();
    let at = begin;
    const next = () => {
      const wanted = Math.min(size.bytes, this.range.end - at);
      at += wanted;
      return this.#read(size.buffer(wanted), at - wanted);
    };
    let piece = at < this.range.end ? await next() : undefined;
    while (piece) {
      const began = performance.now();
      const [written, following]: [boolean, Uint8Array | undefined] = await Promise.all([
        connection.write(piece),
        at < this.range.end ? next() : undefined,
      ]);
      if (!written) return;
      size.took(performance.now() - began);
      piece = following;
    }
  }

  /** The system takes what it can from the file itself; where it takes nothing, a piece is sent, which waits for the client. */
  async #sendBySystem(connection: Connection, sending: SystemSending): Promise<void> {
    const buffer = new Uint8Array(sending.worthwhile);
    let at = this.range.begin;
    const sendPiece = async () => {
      const piece = await this.#read(buffer.subarray(0, Math.min(buffer.length, this.range.end - at)), at);
      at += piece.length;
      return await connection.write(piece);
    };
    // With the head, and before anything that goes another way.
    if (!await sendPiece()) return;
    const { ends } = connection;
    using channel = ends && sending.open(ends);
    if (!channel) return await this.#sendPieces(connection, at);
    while (at < this.range.end) {
      const sent = await channel.send(this.file.descriptor, at, this.range.end - at);
      at += sent;
      if (connection.isGone || (sent === 0 && !await sendPiece())) return;
    }
  }

  /** @throws {ShrunkError} where the file ends before that */
  async #read(buffer: Uint8Array, position: number): Promise<Uint8Array> {
    for (let filled = 0; filled < buffer.length;) {
      const count = await this.file.read(buffer.subarray(filled), position + filled);
      if (count === 0) throw new ShrunkError();
      filled += count;
    }
    return buffer;
  }
}
