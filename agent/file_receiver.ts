import type { AuditTrail } from "./audit/audit_event.ts";
import { messageOf, oneLine } from "./core/errors.ts";
import { logger } from "./core/log.ts";
import type { Portion } from "./files/inbox/inbox.ts";
import type { UploadOrder } from "./files/inbox/upload_order.ts";

const log = logger("files");

/** Where files are taken. */
export interface PortionTaker {
  /** @returns whether the file is complete. @throws {MeshError} with the reason */
  take(order: UploadOrder, portion: Portion, signal: AbortSignal): Promise<boolean>;
}

/** Takes files into this device's inbox, whatever way they come. What came, from whom, and what broke off is in the audit log. */
export class FileReceiver {
  constructor(
    private readonly inbox: PortionTaker,
    private readonly audit: AuditTrail,
    private readonly device: string,
  ) {}

  async take(
    order: UploadOrder,
    portion: Portion,
    caller: { readonly who: string; readonly from: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    const event = { ...caller, what: order.path, device: this.device };
    const details = { bytes: portion.end - portion.begin, size: order.size, sha256: order.sha256 };
    try {
      const isWhole = await this.inbox.take(order, portion, signal);
      this.audit.record({ event: isWhole ? "file.received" : "file.part", ...event, details });
      if (isWhole) log.info("{who} put a file into the inbox: {path}", { who: shown(caller), path: order.path });
      return isWhole;
    } catch (error) {
      this.audit.record({ event: "file.failed", ...event, why: messageOf(error), details });
      throw error;
    }
  }
}

function shown({ who, from }: { readonly who: string; readonly from: string }): string {
  return oneLine(`${who || "somebody"} (${from})`);
}
