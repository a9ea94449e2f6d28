import type { Portion } from "../../files/inbox/inbox.ts";
import type { UploadOrder } from "../../files/inbox/upload_order.ts";
import type { UploadSubject } from "../../files/inbox/upload_tickets.ts";
import type { TicketSubject } from "../../files/tickets.ts";
import type { RelayedUpload } from "../../mesh/mesh_files.ts";
import type { FileLinks } from "./relayed_files.ts";

/** Where the holder of a ticket can put a file. */
export interface UploadSink {
  readonly order: UploadOrder;
  /** @returns whether the file is complete. @throws {MeshError} with the reason */
  take(portion: Portion, signal: AbortSignal): Promise<boolean>;
}

/** Finds what one kind of tickets is for. */
export type SinkSource<Subject extends TicketSubject> = (subject: Subject) => UploadSink;

/** What takes files into this device's inbox. */
export interface Receiver {
  take(
    order: UploadOrder,
    portion: Portion,
    caller: { readonly who: string; readonly from: string },
    signal: AbortSignal,
  ): Promise<boolean>;
}

/** This device's inbox. */
export function ownInbox(receiver: Receiver): SinkSource<UploadSubject> {
  return ({ order, who, from }) => ({
    order,
    take: (portion, signal) => receiver.take(order, portion, { who, from }, signal),
  });
}

/** Other devices' inboxes, over their streams. */
export function relayedInboxes(files: FileLinks): SinkSource<RelayedUpload> {
  return ({ device, order, client_name, peer }) => ({
    order,
    async take({ begin, end, pieces }, signal) {
      const { path, size, sha256, overwrite } = order;
      const write = { path, size_bytes: size, sha256, overwrite, begin, end };
      return await files.link(device).write(write, pieces, { caller: { client_name, peer }, signal });
    },
  });
}
