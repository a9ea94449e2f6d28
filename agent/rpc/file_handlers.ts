import type { DownloadTicket as DownloadTicketMessage } from "../../proto/gen/edgemesh/DownloadTicket.ts";
import type { DownloadTicketRequest__Output as DownloadTicketRequest } from "../../proto/gen/edgemesh/DownloadTicketRequest.ts";
import type { DownloadTicket } from "../files/download_tickets.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface FileHandlers {
  CreateDownloadTicket: UnaryHandler<DownloadTicketRequest, DownloadTicketMessage>;
}

/** What makes tickets for this device's files. */
export interface TicketMaker {
  /** @throws {MeshError} when there is no such file in the shared folder, or too many tickets are open */
  create(path: string): Promise<DownloadTicket>;
}

/** Files of this device. */
export function fileHandlers(tickets: TicketMaker): FileHandlers {
  return {
    async CreateDownloadTicket({ path }) {
      const { token, filename, sizeBytes, expiresAt } = await tickets.create(path);
      return { token, filename, size_bytes: sizeBytes, expires_unix_ms: expiresAt };
    },
  };
}
