import type { ServerResponse } from "node:http";
import { LinkedSignal } from "../../core/abort.ts";
import { MeshError } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import type { FileLink, FileOrderOptions } from "../../mesh/file_orders.ts";
import type { RelayedFile } from "../../mesh/mesh_files.ts";
import type { DirectBody } from "../http_call.ts";
import type { ByteRange } from "./byte_range.ts";
import { Connection } from "./connection.ts";
import type { OfferSource } from "./offer.ts";

const log = logger("bulk");

/** A device has so long to say whether the file is still there, in ms. */
const LOOK_MS = 15_000;

/** Where devices' files are. */
export interface FileLinks {
  /** @throws {MeshError} UNAVAILABLE when the device cannot be reached */
  link(deviceId: string): FileLink;
}

/** Files of other devices, in the very state in which their tickets were made. Their bytes come over the devices' streams. */
export function relayedFiles(files: FileLinks): OfferSource<RelayedFile> {
  return async (subject) => {
    const { device, path, etag, output = false, filename, size, modifiedAt, sha256, client_name, peer } = subject;
    const link = files.link(device);
    const caller = { client_name, peer };
    if (!await isThere(link, { path, etag, output }, caller)) return undefined;
    return {
      filename,
      size,
      etag,
      modifiedAt,
      sha256: sha256 === "" ? undefined : Uint8Array.fromHex(sha256),
      body: (range, signal) =>
        new RelayedBody(link.read({ path, etag, output, ...range }, { caller, signal }), range, signal),
      close: () => Promise.resolve(),
    };
  };
}

/** Whether the device would send the file, as nothing of it shows. @throws {MeshError} UNAVAILABLE when it cannot say */
async function isThere(
  link: FileLink,
  file: Pick<RelayedFile, "path" | "etag"> & { readonly output: boolean },
  caller: FileOrderOptions["caller"],
): Promise<boolean> {
  using call = new LinkedSignal();
  call.abortAfter(LOOK_MS, new MeshError("UNAVAILABLE", "the device did not answer in time"));
  try {
    for await (const _ of link.read({ ...file, begin: 0, end: 0 }, { caller, signal: call.signal }));
    return true;
  } catch (error) {
    if (!(error instanceof MeshError) || error.code === "UNAVAILABLE") throw error;
    log.debug("a relayed file cannot be had any more: {error}", { error });
    return false;
  }
}

/** Bytes that come from elsewhere: no faster than the client takes them. If they do not all come, the connection is cut. */
class RelayedBody implements DirectBody {
  constructor(
    private readonly pieces: AsyncIterable<Uint8Array>,
    private readonly range: ByteRange,
    private readonly signal: AbortSignal,
  ) {}

  get length(): number {
    return this.range.end - this.range.begin;
  }

  async sendTo(response: ServerResponse, stallMs: number): Promise<void> {
    const connection = new Connection(response, this.signal, stallMs);
    try {
      for await (const piece of this.pieces) if (!await connection.write(piece)) break;
    } catch (error) {
      if (!connection.isGone) log.warn("a relayed download was cut: {error}", { error });
      connection.cut();
    }
    if (this.signal.aborted) connection.cut();
  }
}
