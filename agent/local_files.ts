import type { AgentConfig } from "./config/config.ts";
import type { Component } from "./core/lifecycle.ts";
import { Digests } from "./files/digests.ts";
import { DownloadTickets, type SharedFileSubject } from "./files/download_tickets.ts";
import { Share } from "./files/share.ts";
import { Tickets, type TicketStore } from "./files/tickets.ts";
import { DownloadRoute } from "./http/bulk/download_route.ts";
import { linuxSending } from "./http/bulk/linux_sending.ts";
import { sharedFiles } from "./http/bulk/shared_files.ts";

/** This device's own files. */
export interface LocalFiles {
  readonly tickets: DownloadTickets;
  /** Where tickets are used. */
  readonly downloads: DownloadRoute;
  /** To be started before anybody is served. */
  readonly component: Component;
}

/** @param share the shared folder */
export function localFiles({ ticketTtlMs }: AgentConfig, share: string, store: TicketStore): LocalFiles {
  const files = new Share(share);
  const tickets = new Tickets<SharedFileSubject>({ store, ttlMs: ticketTtlMs });
  // Now, while the permission is there.
  const system = linuxSending();
  const sources = { file: sharedFiles({ share: files, digests: new Digests(), system }) };
  return {
    tickets: new DownloadTickets(files, tickets),
    downloads: new DownloadRoute({ tickets, sources }),
    component: {
      name: "files",
      start: () => tickets.start(),
      stop() {
        tickets.stop();
        system?.close();
      },
    },
  };
}
