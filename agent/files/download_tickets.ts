import { basename } from "node:path";
import { identityText } from "./identity.ts";
import type { Share } from "./share.ts";
import type { Tickets, TicketSubject } from "./tickets.ts";

/** A file of this device's shared folder, in the state in which it was when the ticket was made. */
export interface SharedFileSubject extends FileSubject {
  readonly kind: "file";
}

/** An output of a task, in the same way; its path is its name. */
export interface OutputFileSubject extends FileSubject {
  readonly kind: "output";
}

/** A file in one state. */
export interface FileSubject extends TicketSubject {
  /** As it was asked for. */
  readonly path: string;
  readonly identity: string;
}

/** What a client is given to download a file with. */
export interface DownloadTicket {
  readonly token: string;
  /** The file's name, without folders. */
  readonly filename: string;
  readonly sizeBytes: number;
  /** Unix time in ms. */
  readonly expiresAt: number;
  readonly identity: string;
}

/** Makes tickets for files of the shared folder, or for outputs. */
export class DownloadTickets<Kind extends "file" | "output" = "file"> {
  constructor(
    private readonly kind: Kind,
    private readonly files: Pick<Share, "look">,
    private readonly tickets: Pick<Tickets<FileSubject & { readonly kind: Kind }>, "create">,
  ) {}

  /**
   * A ticket for one download of a file in the state in which it is now.
   *
   * @throws {MeshError} as `Share.look` and `Tickets.create` do
   */
  async create(path: string): Promise<DownloadTicket> {
    const file = await this.files.look(path);
    const identity = identityText(file);
    const { token, expiresAt } = await this.tickets.create({ kind: this.kind, path, identity });
    return { token, filename: basename(path), sizeBytes: Number(file.size), expiresAt, identity };
  }
}
