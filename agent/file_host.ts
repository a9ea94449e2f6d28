import { Buffer } from "node:buffer";
import type {
  Download,
  FileDigestRequest,
  FileDigestResponse,
  FileRead,
  FileReport,
  FileWrite,
  ListFilesRequest,
  ListFilesResponse,
  OpenDownloadRequest,
  OpenUploadRequest,
  Upload,
} from "../proto/messages.ts";
import type { AuditTrail } from "./audit/audit_event.ts";
import { MeshError, messageOf } from "./core/errors.ts";
import type { Digests } from "./files/digests.ts";
import type { DownloadTicket, DownloadTickets } from "./files/download_tickets.ts";
import { entityTag, identityText } from "./files/identity.ts";
import type { Inbox, Portion } from "./files/inbox/inbox.ts";
import { type UploadOrder, uploadOrder } from "./files/inbox/upload_order.ts";
import type { UploadTickets } from "./files/inbox/upload_tickets.ts";
import type { Listing } from "./files/listing.ts";
import type { OpenedFile } from "./files/opened_file.ts";
import type { Share } from "./files/share.ts";
import { download, type FileCaller } from "./mesh/file_orders.ts";
import type { FileHost } from "./mesh/file_runs.ts";

/** Entries of a page of a listing, where nobody says otherwise, and at most. */
const PAGE = 1000;
const MAX_PAGE = 10_000;

/** So much of a file is read at once, in bytes: a message's worth. */
const PIECE_BYTES = 256 * 1024;

/** Takes what comes of files. */
export interface Receiver {
  take(
    order: UploadOrder,
    portion: Portion,
    caller: { readonly who: string; readonly from: string },
    signal: AbortSignal,
  ): Promise<boolean>;
}

/** What a {@link LocalFileHost} is made of. */
export interface LocalFileHostParts {
  readonly deviceId: string;
  readonly share: Share;
  readonly listing: Listing;
  readonly digests: Digests;
  readonly downloads: Pick<DownloadTickets, "create">;
  /** What tasks wrote that is too long for a message. */
  readonly outputs: {
    readonly files: Pick<Share, "look" | "open">;
    readonly downloads: Pick<DownloadTickets, "create">;
  };
  /** Undefined where no files are taken. */
  readonly inbox: {
    readonly files: Pick<Inbox, "find">;
    readonly tickets: UploadTickets;
    readonly receiver: Receiver;
  } | undefined;
  readonly audit: AuditTrail;
}

/** This device's files: what the mesh may ask of them. Who was given a ticket, or refused one, is in the audit log. */
export class LocalFileHost implements FileHost {
  constructor(private readonly parts: LocalFileHostParts) {}

  report(): FileReport {
    return { inbox: this.parts.inbox !== undefined };
  }

  list(
    { path, recursive, limit, page_token }: ListFilesRequest,
    caller: FileCaller,
    signal: AbortSignal,
  ): Promise<ListFilesResponse> {
    return this.#audited("file.list", path, caller, async () => {
      if (limit < 0 || limit > MAX_PAGE) {
        throw new MeshError("INVALID_ARGUMENT", `limit: must be 0 to ${MAX_PAGE}, not ${limit}`);
      }
      const options = { recursive, limit: limit || PAGE, after: page_token, signal };
      const { entries, next, leftOut } = await this.parts.listing.page(path, options);
      return {
        entries: entries.map(({ path, isFolder, size, modifiedAt }) => ({
          path,
          is_folder: isFolder,
          size_bytes: size,
          modified_at: modifiedAt,
        })),
        next_page_token: next,
        left_out: leftOut,
      };
    });
  }

  download(request: OpenDownloadRequest, caller: FileCaller, signal: AbortSignal): Promise<Download> {
    const { path, digest, way, output } = request;
    const { digests, audit, deviceId: device } = this.parts;
    const { files: share, downloads } = this.#place(output);
    return this.#audited("file.ticket", path, caller, async () => {
      if (digest) {
        await using file = await share.open(path);
        await digests.of(file, signal);
      }
      const looked = await share.look(path);
      const made = way === "relay" ? undefined : await downloads.create(path);
      const identity = made?.identity ?? identityText(looked);
      audit.record({ event: "file.ticket", ...who(caller), what: path, device, details: { way: way || "any" } });
      return download({
        ticket: {
          token: made?.token ?? "",
          filename: made?.filename ?? nameOf(path),
          size_bytes: made?.sizeBytes ?? Number(looked.size),
          expires_unix_ms: made?.expiresAt ?? 0,
        },
        etag: entityTag(identity),
        sha256: hex(digests.known(identity)),
        modified_at: Number(looked.mtimeNs / 1_000_000n),
      });
    });
  }

  /** A ticket for this device's own HTTP server. @throws {MeshError} as `DownloadTickets.create` does */
  ticket(path: string, caller: FileCaller): Promise<DownloadTicket> {
    const { downloads, audit, deviceId: device } = this.parts;
    return this.#audited("file.ticket", path, caller, async () => {
      const ticket = await downloads.create(path);
      audit.record({ event: "file.ticket", ...who(caller), what: path, device, details: { way: "direct" } });
      return ticket;
    });
  }

  upload(request: OpenUploadRequest, caller: FileCaller, signal: AbortSignal): Promise<Upload> {
    return this.#audited("file.upload", request.path, caller, async () => {
      const { tickets } = this.#inbox();
      const order = uploadOrder(request);
      const complete = await this.#isThere(order, signal);
      const made = complete
        ? { token: "", expiresAt: 0, offset: order.size }
        : request.way === "relay"
        ? { token: "", expiresAt: 0, offset: await tickets.look(order) }
        : await tickets.create(order, who(caller));
      return {
        token: made.token,
        http_addr: "",
        relay_token: "",
        relay_addr: "",
        offset: made.offset,
        expires_unix_ms: made.expiresAt,
        device_id: "",
        device_name: "",
        complete,
      };
    });
  }

  async digest({ path, etag }: FileDigestRequest, signal: AbortSignal): Promise<FileDigestResponse> {
    await using file = await this.#opened(path, etag);
    const digest = await this.parts.digests.of(file, signal);
    if (!digest) throw changed();
    return { sha256: hex(digest), size_bytes: file.size, etag: file.etag };
  }

  async *read({ path, etag, begin, end, output }: FileRead): AsyncGenerator<Uint8Array, void, void> {
    await using file = await this.#opened(path, etag, output);
    if (!(0 <= begin && begin <= end && end <= file.size)) {
      throw new MeshError("INVALID_ARGUMENT", `the file has ${file.size} bytes`);
    }
    for (let at = begin; at < end;) {
      // A buffer of its own each time: those before are still on their way.
      const buffer = new Uint8Array(Math.min(PIECE_BYTES, end - at));
      const count = await file.read(buffer, at);
      if (count === 0) throw new MeshError("FAILED_PRECONDITION", "the file was cut short while it was sent");
      yield buffer.subarray(0, count);
      at += count;
    }
  }

  async write(write: FileWrite, pieces: AsyncIterable<Uint8Array>, caller: FileCaller, signal: AbortSignal) {
    const { begin, end } = write;
    const { receiver } = this.#inbox();
    return await receiver.take(uploadOrder(write), { begin, end, pieces }, who(caller), signal);
  }

  /** Whether the very file is in the inbox already. */
  async #isThere(order: UploadOrder, signal: AbortSignal): Promise<boolean> {
    await using file = await this.#inbox().files.find(order);
    return file !== undefined && hex(await this.parts.digests.of(file, signal)) === order.sha256;
  }

  #inbox() {
    if (this.parts.inbox) return this.parts.inbox;
    throw new MeshError(
      "FAILED_PRECONDITION",
      "this device takes no files: its owner has to name a folder with --inbox",
    );
  }

  #place(output: boolean): LocalFileHostParts["outputs"] {
    const { share: files, downloads, outputs } = this.parts;
    return output ? outputs : { files, downloads };
  }

  async #opened(path: string, etag: string, output = false): Promise<OpenedFile> {
    const file = await this.#place(output).files.open(path);
    if (etag === "" || etag === file.etag) return file;
    await file.close();
    throw changed();
  }

  /** A refusal is in the audit log. */
  async #audited<T>(asked: string, what: string, caller: FileCaller, serve: () => Promise<T>): Promise<T> {
    try {
      return await serve();
    } catch (error) {
      const { audit, deviceId: device } = this.parts;
      audit.record({ event: "file.refused", ...who(caller), what, device, why: messageOf(error), details: { asked } });
      throw error;
    }
  }
}

function who({ client_name, peer }: FileCaller): { who: string; from: string } {
  return { who: client_name, from: peer };
}

function nameOf(path: string): string {
  return path.split(Deno.build.os === "windows" ? /[\\/]/ : "/").at(-1) ?? path;
}

function hex(digest: Uint8Array | undefined): string {
  return digest ? Buffer.from(digest).toString("hex") : "";
}

function changed(): MeshError {
  return new MeshError("FAILED_PRECONDITION", "the file was changed since");
}
