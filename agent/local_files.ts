import { join } from "node:path";
import type { AuditTrail } from "./audit/audit_event.ts";
import type { AgentConfig } from "./config/config.ts";
import type { Component } from "./core/lifecycle.ts";
import { LocalFileHost } from "./file_host.ts";
import { FileReceiver } from "./file_receiver.ts";
import { Digests } from "./files/digests.ts";
import { DownloadTickets, type OutputFileSubject, type SharedFileSubject } from "./files/download_tickets.ts";
import { Inbox } from "./files/inbox/inbox.ts";
import { type UploadSubject, UploadTickets } from "./files/inbox/upload_tickets.ts";
import { OutputFolder } from "./files/outputs/output_folder.ts";
import { Listing } from "./files/listing.ts";
import { Share } from "./files/share.ts";
import { Tickets, type TicketStore } from "./files/tickets.ts";
import { DownloadRoute } from "./http/bulk/download_route.ts";
import { linuxSending } from "./http/bulk/linux_sending.ts";
import { type FileLinks, relayedFiles } from "./http/bulk/relayed_files.ts";
import { sharedFiles } from "./http/bulk/shared_files.ts";
import { UploadRoute } from "./http/bulk/upload_route.ts";
import { ownInbox, relayedInboxes } from "./http/bulk/upload_sink.ts";
import type { TicketObserver } from "./http/bulk/ticket_observer.ts";
import type { HttpRoute } from "./http/http_call.ts";
import type { RelayedFile, RelayedUpload } from "./mesh/mesh_files.ts";

/** All that this agent gives tickets for. */
type Subject = SharedFileSubject | OutputFileSubject | UploadSubject | RelayedFile | RelayedUpload;

/** This device's own files. */
export interface LocalFiles {
  /** What the mesh may ask of them. */
  readonly host: LocalFileHost;
  /** What its tasks wrote that is too long for a message. */
  readonly outputs: OutputFolder;
  /** Of its own files, and of those that it relays. */
  readonly tickets: Tickets<Subject>;
  /** Where tickets are used. @param mesh the other devices' files */
  routes(mesh: FileLinks): readonly HttpRoute[];
  /** To be started before anybody is served. */
  readonly component: Component;
}

export interface LocalFilesParts {
  readonly deviceId: string;
  /** The shared folder. */
  readonly share: string;
  readonly store: TicketStore;
  readonly audit: AuditTrail;
  readonly observer?: TicketObserver;
}

export function localFiles(config: AgentConfig, parts: LocalFilesParts): LocalFiles {
  const { deviceId, share: path, store, audit, observer } = parts;
  const share = new Share(path);
  const digests = new Digests();
  const tickets = new Tickets<Subject>({ store, ttlMs: config.ticketTtlMs });
  const inbox = config.inbox ? new Inbox(config.inbox) : undefined;
  const taking = inbox && {
    files: inbox,
    tickets: new UploadTickets(inbox, tickets),
    receiver: new FileReceiver(inbox, audit, deviceId),
  };
  const outputs = new OutputFolder(join(config.dataDir, "outputs"), { keepMs: config.keepJobsMs });
  // Now, while the permission is there.
  const system = linuxSending();
  return {
    host: new LocalFileHost({
      deviceId,
      share,
      listing: new Listing(path),
      digests,
      downloads: new DownloadTickets("file", share, tickets),
      outputs: { files: outputs, downloads: new DownloadTickets("output", outputs, tickets) },
      inbox: taking,
      audit,
    }),
    outputs,
    tickets,
    routes(mesh) {
      const sources = {
        file: sharedFiles({ share, digests, system }),
        output: sharedFiles({ share: outputs, digests, system }),
        "relayed file": relayedFiles(mesh),
      };
      const sinks = { "relayed upload": relayedInboxes(mesh), ...taking && { upload: ownInbox(taking.receiver) } };
      return [new DownloadRoute({ tickets, sources, observer }), new UploadRoute({ tickets, sinks, observer })];
    },
    component: {
      name: "files",
      async start() {
        await outputs.start();
        await inbox?.start();
        await tickets.start();
      },
      async stop() {
        outputs.stop();
        await inbox?.stop();
        tickets.stop();
        system?.close();
      },
    },
  };
}
