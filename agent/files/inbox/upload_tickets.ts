import type { NewTicket, Tickets, TicketSubject } from "../tickets.ts";
import type { Inbox } from "./inbox.ts";
import type { UploadOrder } from "./upload_order.ts";

/** A file that may be put into this device's inbox, once. */
export interface UploadSubject extends TicketSubject {
  readonly kind: "upload";
  readonly order: UploadOrder;
  /** Who asked for the ticket, and from where, for the audit log. */
  readonly who: string;
  readonly from: string;
}

/** Makes tickets for uploads. */
export class UploadTickets {
  constructor(private readonly inbox: Inbox, private readonly tickets: Pick<Tickets<UploadSubject>, "create">) {}

  /** Where an upload is to begin. @throws {MeshError} as `Inbox.look` does */
  look(order: UploadOrder): Promise<number> {
    return this.inbox.look(order);
  }

  /**
   * A ticket for one attempt at an upload, and where it is to begin.
   *
   * @throws {MeshError} as `Inbox.look` and `Tickets.create` do
   */
  async create(
    order: UploadOrder,
    caller: { readonly who: string; readonly from: string },
  ): Promise<NewTicket & { readonly offset: number }> {
    const offset = await this.inbox.look(order);
    return { offset, ...await this.tickets.create({ kind: "upload", order, ...caller }) };
  }
}
