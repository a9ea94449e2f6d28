import type { FileEntry, Upload } from "../../proto/messages.ts";
import { filePages } from "./file_pages.ts";
import type { MeshFiles, OpenedDownload } from "./mesh_files.ts";

/** A file that is to be put into a device's inbox. */
export interface UploadRequest {
  /** In the inbox, steps divided by `/`; folders on the way are made. */
  readonly path: string;
  readonly sizeBytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Replaces a file of that name. Default: no. */
  readonly overwrite?: boolean;
}

/**
 * The files of one device. The bytes themselves go over HTTP: with a ticket's `token` to the device's `http_addr`, or, where nobody
 * reaches that, with its `relay_token` to the agent's `relay_addr`. Each method throws a {@link MeshError} with the device's words.
 */
export class DeviceFiles {
  /** @ignore Made by {@link Mesh.files}. */
  constructor(private readonly mesh: MeshFiles, private readonly deviceId: () => Promise<string>) {}

  /**
   * What lies in a folder of the shared folder, in the order of its names.
   *
   * @param path default: all of the shared folder
   * @param options.recursive also what lies in the folders below
   */
  async *list(path = "", options: { readonly recursive?: boolean } = {}): AsyncGenerator<FileEntry, void, void> {
    const query = { device_id: await this.deviceId(), path, recursive: options.recursive ?? false };
    for await (const { entries } of filePages(this.mesh, query)) yield* entries;
  }

  /**
   * Tickets for one download of a file of the shared folder: `GET /bulk/download/TOKEN`, within a minute.
   *
   * @param options.digest makes its SHA-256 now, which takes as long as reading it
   */
  async openDownload(path: string, options: { readonly digest?: boolean } = {}): Promise<OpenedDownload> {
    return await this.mesh.openDownload({ device_id: await this.deviceId(), path, digest: options.digest ?? false });
  }

  /**
   * Tickets for one upload into the inbox: `PUT /bulk/upload/TOKEN`, within a minute, from `offset` on with `Content-Range`. There are
   * none where the very file is there already, which is `complete`.
   */
  async openUpload({ path, sizeBytes, sha256, overwrite = false }: UploadRequest): Promise<Upload> {
    const device_id = await this.deviceId();
    return await this.mesh.openUpload({ device_id, path, size_bytes: sizeBytes, sha256, overwrite });
  }

  /** The SHA-256 of a file of the shared folder, in hexadecimal digits, which takes as long as reading it. */
  async sha256(path: string): Promise<string> {
    return (await this.mesh.digest({ device_id: await this.deviceId(), path, etag: "" })).sha256;
  }
}
