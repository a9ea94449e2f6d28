import type {
  Download,
  FileDigestRequest,
  FileDigestResponse,
  ListFilesRequest,
  ListFilesResponse,
  OpenDownloadRequest,
  OpenUploadRequest,
  OutputFile,
  Upload,
} from "../../proto/messages.ts";
import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import { type UploadOrder, uploadOrder } from "../files/inbox/upload_order.ts";
import type { Tickets, TicketSubject } from "../files/tickets.ts";
import type { LinkKind } from "./device_link.ts";
import type { FileLink, FileOrderOptions } from "./file_orders.ts";

/** A device has so long to answer, in ms, but for what it has to read a file for. */
const ORDER_MS = 30_000;

/** Who has links to devices. */
export interface FilePeers {
  link(deviceId: string): { readonly kind: LinkKind; readonly files: FileLink } | undefined;
}

/** Whose files. */
export interface FileDevice {
  readonly device_id: string;
  readonly device_name: string;
  readonly http_addr: string;
}

/** A file of a device in one state, which comes over that device's stream. */
export interface RelayedFile extends TicketSubject {
  readonly kind: "relayed file";
  readonly device: string;
  readonly path: string;
  readonly filename: string;
  readonly size: number;
  readonly etag: string;
  /** The path is the name of a task's output; absent = false. */
  readonly output?: boolean;
  readonly modifiedAt: number;
  /** As far as it is known when the ticket is made; else empty. */
  readonly sha256: string;
  readonly client_name: string;
  readonly peer: string;
}

/** A file for a device's inbox, which goes over that device's stream. */
export interface RelayedUpload extends TicketSubject {
  readonly kind: "relayed upload";
  readonly device: string;
  readonly order: UploadOrder;
  readonly client_name: string;
  readonly peer: string;
}

export interface MeshFilesParts {
  readonly peers: FilePeers;
  /** This agent's own tickets. */
  readonly tickets: Pick<Tickets<RelayedFile | RelayedUpload>, "create">;
  /** Where this agent serves them. */
  readonly httpAddress: () => string;
}

/**
 * The files of the mesh's devices. Of a device that attached, this agent gives out tickets of its own beside the device's: what is
 * fetched or put with them goes over the device's stream.
 */
export class MeshFiles {
  constructor(private readonly parts: MeshFilesParts) {}

  /** @throws {MeshError} the device's refusal; UNAVAILABLE when it cannot be reached */
  async list(device: FileDevice, request: ListFilesRequest, options: FileOrderOptions): Promise<ListFilesResponse> {
    const { list } = await this.#soon(options, (soon) => this.link(device.device_id).ask({ list: request }, soon));
    return answered(list);
  }

  /** @throws {MeshError} as `list` does */
  async digest(device: FileDevice, request: FileDigestRequest, options: FileOrderOptions): Promise<FileDigestResponse> {
    const { digest } = await this.link(device.device_id).ask({ digest: request }, options);
    return answered(digest);
  }

  /** @throws {MeshError} as `list` does; RESOURCE_EXHAUSTED when too many tickets are open */
  async openDownload(device: FileDevice, request: OpenDownloadRequest, options: FileOrderOptions): Promise<Download> {
    requireWay(request.way);
    const { kind, files } = this.#found(device.device_id);
    const way = kind === "self" ? "" : request.way;
    const ask = (given: FileOrderOptions) => files.ask({ download: { ...request, way } }, given);
    const told = answered((request.digest ? await ask(options) : await this.#soon(options, ask)).download);
    const ticket = answered(told.ticket);
    const opened = { ...told, ...nameOf(device) };
    if (kind !== "attached" || way === "direct") return { ...opened, ...this.#own(kind, ticket.token) };
    const { token, expiresAt } = await this.parts.tickets.create({
      kind: "relayed file",
      device: device.device_id,
      path: request.path,
      output: request.output,
      filename: ticket.filename,
      size: ticket.size_bytes,
      etag: told.etag,
      modifiedAt: told.modified_at,
      sha256: told.sha256,
      ...options.caller,
    });
    const expires_unix_ms = ticket.expires_unix_ms || expiresAt;
    return { ...opened, ticket: { ...ticket, expires_unix_ms }, ...this.#relay(token) };
  }

  /**
   * A task's output that a device keeps as a file. Its size and digest are those that were told with the task: whoever fetches it
   * sees where the device has something else now.
   *
   * @param way as in `openDownload`
   * @throws {MeshError} as `openDownload` does; NOT_FOUND where the device does not keep it any more
   */
  async openOutput(device: FileDevice, file: OutputFile, way: string, options: FileOrderOptions): Promise<Download> {
    const request = { device_id: device.device_id, path: file.name, digest: false, way, output: true };
    return { ...await this.openDownload(device, request, options), sha256: file.sha256 };
  }

  /** @throws {MeshError} as `openDownload` does */
  async openUpload(device: FileDevice, request: OpenUploadRequest, options: FileOrderOptions): Promise<Upload> {
    requireWay(request.way);
    const order = uploadOrder(request);
    const { kind, files } = this.#found(device.device_id);
    const way = kind === "self" ? "" : request.way;
    // Not as soon as others: it may have to read what has the name already.
    const { upload } = await files.ask({ upload: { ...request, way } }, options);
    const told = { ...answered(upload), ...nameOf(device) };
    if (told.complete) return told;
    if (kind !== "attached" || way === "direct") return { ...told, ...this.#own(kind, told.token) };
    const { token, expiresAt } = await this.parts.tickets.create({
      kind: "relayed upload",
      device: device.device_id,
      order,
      ...options.caller,
    });
    return { ...told, expires_unix_ms: told.expires_unix_ms || expiresAt, ...this.#relay(token) };
  }

  /** A device's files. @throws {MeshError} UNAVAILABLE when it cannot be reached */
  link(deviceId: string): FileLink {
    return this.#found(deviceId).files;
  }

  #found(deviceId: string) {
    const link = this.parts.peers.link(deviceId);
    if (!link) throw new MeshError("UNAVAILABLE", "the device is not reachable");
    return link;
  }

  /** This agent's own ticket serves on both ways, as they are one. */
  #own(kind: LinkKind, token: string): { relay_token?: string; relay_addr?: string } {
    return kind === "self" ? this.#relay(token) : {};
  }

  #relay(relay_token: string): { relay_token: string; relay_addr: string } {
    return { relay_token, relay_addr: this.parts.httpAddress() };
  }

  async #soon<T>({ caller, signal }: FileOrderOptions, ask: (options: FileOrderOptions) => Promise<T>): Promise<T> {
    using call = new LinkedSignal(signal);
    const seconds = ORDER_MS / 1000;
    call.abortAfter(ORDER_MS, new MeshError("DEADLINE_EXCEEDED", `the device did not answer within ${seconds} s`));
    return await ask({ caller, signal: call.signal });
  }
}

function nameOf({ device_id, device_name, http_addr }: FileDevice): FileDevice {
  return { device_id, device_name, http_addr };
}

function requireWay(way: string): void {
  if (way === "" || way === "direct" || way === "relay") return;
  throw new MeshError("INVALID_ARGUMENT", "way: must be direct, relay or empty");
}

/** What a device has to say for what it was asked. */
function answered<T>(part: T | null): T {
  if (part === null) throw new MeshError("INTERNAL", "the device answered something else than it was asked");
  return part;
}
