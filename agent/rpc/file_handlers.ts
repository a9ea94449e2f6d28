import type { DownloadTicket as DownloadTicketMessage } from "../../proto/gen/edgemesh/DownloadTicket.ts";
import type { DownloadTicketRequest__Output as DownloadTicketRequest } from "../../proto/gen/edgemesh/DownloadTicketRequest.ts";
import type { TaskOutputRequest__Output as TaskOutputRequest } from "../../proto/gen/edgemesh/v1/TaskOutputRequest.ts";
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
import { MeshError } from "../core/errors.ts";
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
  OpenTaskOutput: UnaryHandler<TaskOutputRequest, Download>;
}

/** What knows where tasks' outputs are kept. */
export interface TaskOutputs {
  /** @throws {MeshError} NOT_FOUND */
  outputFile(jobId: string, taskId: string): Promise<{ readonly deviceId: string; readonly file: OutputFile }>;
}

/** What makes tickets for this device's files. */
export interface TicketMaker {
  /** @throws {MeshError} when there is no such file in the shared folder, or too many tickets are open */
  ticket(path: string, caller: FileCaller): Promise<DownloadTicket>;
}

export interface FileHandlerParts {
  readonly tickets: TicketMaker;
  readonly files: MeshFiles;
  readonly outputs: TaskOutputs;
  readonly registry: Registry;
  readonly selfId: string;
}

/** Files: tickets for those of this device by the contract's method, those of any device by our own. */
export function fileHandlers({ tickets, files, outputs, registry, selfId }: FileHandlerParts): FileHandlers {
  const deviceOf = (id: string): FileDevice => registry.get(id || selfId).info;
  return {
    async CreateDownloadTicket({ path }, call) {
      const { token, filename, sizeBytes, expiresAt } = await tickets.ticket(path, callerOf(call));
      return { token, filename, size_bytes: sizeBytes, expires_unix_ms: expiresAt };
    },
    ListFiles: (request, call) => files.list(deviceOf(request.device_id), request, optionsOf(call)),
    OpenDownload: (request, call) =>
      files.openDownload(deviceOf(request.device_id), { ...request, output: false }, optionsOf(call)),
    OpenUpload: (request, call) => files.openUpload(deviceOf(request.device_id), request, optionsOf(call)),
    async OpenTaskOutput({ job_id, task_id, way }, call) {
      if (!job_id) throw new MeshError("INVALID_ARGUMENT", "job_id: is empty");
      if (!task_id) throw new MeshError("INVALID_ARGUMENT", "task_id: is empty");
      const { deviceId, file } = await outputs.outputFile(job_id, task_id);
      return await files.openOutput(deviceOf(deviceId), file, way, optionsOf(call));
    },
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
