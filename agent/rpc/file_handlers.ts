import type { DownloadTicket as DownloadTicketMessage } from "../../proto/gen/edgemesh/DownloadTicket.ts";
import type { DownloadTicketRequest__Output as DownloadTicketRequest } from "../../proto/gen/edgemesh/DownloadTicketRequest.ts";
import type {
  Download,
  FileDigestRequest,
  FileDigestResponse,
  ListFilesRequest,
  ListFilesResponse,
  OpenDownloadRequest,
  OpenUploadRequest,
  Upload,
} from "../../proto/messages.ts";
import type { Registry } from "../devices/registry.ts";
import type { DownloadTicket } from "../files/download_tickets.ts";
import type { FileCaller, FileOrderOptions } from "../mesh/file_orders.ts";
import type { FileDevice, MeshFiles } from "../mesh/mesh_files.ts";
import type { CallContext } from "./call_context.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface FileHandlers {
  CreateDownloadTicket: UnaryHandler<DownloadTicketRequest, DownloadTicketMessage>;
  ListFiles: UnaryHandler<ListFilesRequest, ListFilesResponse>;
  OpenDownload: UnaryHandler<OpenDownloadRequest, Download>;
  OpenUpload: UnaryHandler<OpenUploadRequest, Upload>;
  FileDigest: UnaryHandler<FileDigestRequest, FileDigestResponse>;
}

/** What makes tickets for this device's files. */
export interface TicketMaker {
  /** @throws {MeshError} when there is no such file in the shared folder, or too many tickets are open */
  ticket(path: string, caller: FileCaller): Promise<DownloadTicket>;
}

export interface FileHandlerParts {
  readonly tickets: TicketMaker;
  readonly files: MeshFiles;
  readonly registry: Registry;
  readonly selfId: string;
}

/** Files: tickets for those of this device by the contract's method, those of any device by our own. */
export function fileHandlers({ tickets, files, registry, selfId }: FileHandlerParts): FileHandlers {
  const deviceOf = (id: string): FileDevice => registry.get(id || selfId).info;
  return {
    async CreateDownloadTicket({ path }, call) {
      const { token, filename, sizeBytes, expiresAt } = await tickets.ticket(path, callerOf(call));
      return { token, filename, size_bytes: sizeBytes, expires_unix_ms: expiresAt };
    },
    ListFiles: (request, call) => files.list(deviceOf(request.device_id), request, optionsOf(call)),
    OpenDownload: (request, call) => files.openDownload(deviceOf(request.device_id), request, optionsOf(call)),
    OpenUpload: (request, call) => files.openUpload(deviceOf(request.device_id), request, optionsOf(call)),
    FileDigest: (request, call) => files.digest(deviceOf(request.device_id), request, optionsOf(call)),
  };
}

function optionsOf(call: CallContext): FileOrderOptions {
  return { caller: callerOf(call), signal: call.signal };
}

/** Who asks, as the device's audit log is told. */
function callerOf({ clientName, peer }: CallContext): FileCaller {
  return { client_name: clientName, peer };
}
