import type { DownloadTicket } from "../../proto/messages.ts";
import type { DownloadTicketRequest } from "../../proto/gen/edgemesh/DownloadTicketRequest.ts";
import { MeshError } from "../core/errors.ts";
import { fileAnswer } from "./batches.ts";
import { download, type FileLink } from "./file_orders.ts";
import { type AgentClient, callUnary } from "./grpc_client.ts";

const TIMEOUT_MS = 15_000;

/** How a dialled device is called. */
export interface DialledCaller {
  readonly client: AgentClient;
  /** Makes a call in this agent's session there. @throws {MeshError} as the call does */
  asked<T>(call: (sessionId: string) => Promise<T>): Promise<T>;
}

/** The files of an older device, which the contract's one method gives out: tickets for its own HTTP server. */
export function dialledFiles({ client: { orchestrator }, asked }: DialledCaller): FileLink {
  return {
    async ask(task, { signal }) {
      if (!("download" in task)) throw older(whatOf(task));
      const { path, way } = task.download;
      if (way === "relay") throw older("it sends files itself, and by nobody else");
      const ticket = await asked((sessionId) =>
        callUnary<DownloadTicketRequest, DownloadTicket>(orchestrator, orchestrator.CreateDownloadTicket, { path }, {
          sessionId,
          signal,
          timeoutMs: TIMEOUT_MS,
        })
      );
      return fileAnswer("", { download: download({ ticket }) });
    },
    read: () => failing(older("it sends files itself, and by nobody else")),
    write: () => Promise.reject(older("it takes no files")),
  };
}

/** Bytes of a file that cannot be had. */
// deno-lint-ignore require-yield -- it fails before the first one
export async function* failing(error: MeshError): AsyncGenerator<Uint8Array, void, void> {
  throw error;
}

function whatOf(task: object): string {
  if ("list" in task) return "it cannot list its files";
  return "upload" in task ? "it takes no files" : "it makes no digests of files";
}

function older(what: string): MeshError {
  return new MeshError("UNIMPLEMENTED", `the device is an older one: ${what}`);
}
