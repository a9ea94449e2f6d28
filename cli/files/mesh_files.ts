import type { ListFilesRequest } from "../../proto/gen/edgemesh/v1/ListFilesRequest.ts";
import type { OpenDownloadRequest } from "../../proto/gen/edgemesh/v1/OpenDownloadRequest.ts";
import type { OpenUploadRequest } from "../../proto/gen/edgemesh/v1/OpenUploadRequest.ts";
import type { TaskOutputRequest } from "../../proto/gen/edgemesh/v1/TaskOutputRequest.ts";
import type { Download, FileDigestResponse, ListFilesResponse, Upload } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { PatientClient } from "../patient_client.ts";
import { unlessTooOld } from "../too_old.ts";

/** A download that was opened. */
export type OpenedDownload = Omit<Download, "ticket"> & { readonly token: string; readonly sizeBytes: number };

/** Asks the mesh about files. An agent or a device that goes away once it has answered is waited for: transfers go on then. */
export class MeshFiles {
  #hasAnswered = false;

  constructor(private readonly client: PatientClient) {}

  list(request: ListFilesRequest): Promise<ListFilesResponse> {
    return this.#ask((client) => client.mesh("ListFiles", request), "listing files");
  }

  async openDownload(request: OpenDownloadRequest): Promise<OpenedDownload> {
    const answer = await this.#ask((client) => client.mesh("OpenDownload", request), "fetching files");
    return { ...answer, token: answer.ticket?.token ?? "", sizeBytes: answer.ticket?.size_bytes ?? 0 };
  }

  /** Opens a task's output that its device keeps as a file. */
  async openOutput(request: TaskOutputRequest): Promise<OpenedDownload> {
    const answer = await this.#ask(
      (client) => client.mesh("OpenTaskOutput", request),
      "outputs that are kept as files",
    );
    return { ...answer, token: answer.ticket?.token ?? "", sizeBytes: answer.ticket?.size_bytes ?? 0 };
  }

  openUpload(request: OpenUploadRequest): Promise<Upload> {
    return this.#ask((client) => client.mesh("OpenUpload", request), "putting files on devices");
  }

  digest(request: { readonly device_id: string; readonly path: string; readonly etag: string }): Promise<
    FileDigestResponse
  > {
    return this.#ask((client) => client.mesh("FileDigest", request), "digests of files");
  }

  async #ask<Answer>(question: (client: MeshClient) => Promise<Answer>, what: string): Promise<Answer> {
    const asking = this.#hasAnswered ? this.client.ask(question) : question(this.client.current);
    const answer = await unlessTooOld(asking, what);
    this.#hasAnswered = true;
    return answer;
  }
}
