import { assertEquals } from "../tests/assert.ts";
import type { AuditEvent } from "./audit/audit_event.ts";
import type { SharedFileSubject } from "./files/download_tickets.ts";
import type { UploadSubject } from "./files/inbox/upload_tickets.ts";
import type { TicketSubject } from "./files/tickets.ts";
import type { RelayedUpload } from "./mesh/mesh_files.ts";
import { WorkFigures } from "./metrics/work_figures.ts";
import { auditedTickets } from "./operations.ts";

Deno.test("a ticket's use is written down with the file that it was for, and the device that has it", () => {
  const events: AuditEvent[] = [];
  const tickets = auditedTickets({ record: (event) => void events.push(event) }, new WorkFigures(), "here");
  const order = { path: "b", size: 1, sha256: "0".repeat(64), overwrite: false };
  const file: SharedFileSubject = { kind: "file", path: "a", identity: "i" };
  const upload: UploadSubject = { kind: "upload", order, who: "laptop", from: "x" };
  const relayed: RelayedUpload = { kind: "relayed upload", device: "there", order, client_name: "laptop", peer: "x" };
  for (const subject of [file, upload, relayed] satisfies TicketSubject[]) tickets.redeemed("y", subject);
  const told = events.map(({ what, device, details }) => [details?.of, what, device]);
  assertEquals(told, [["file", "a", "here"], ["upload", "b", "here"], ["relayed upload", "b", "there"]]);
});
