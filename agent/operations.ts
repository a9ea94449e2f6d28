import type { AuditTrail } from "./audit/audit_event.ts";
import type { SessionObserver } from "./auth/sessions.ts";
import type { Component } from "./core/lifecycle.ts";
import type { Registry } from "./devices/registry.ts";
import type { TicketSubject } from "./files/tickets.ts";
import type { TicketObserver } from "./http/bulk/ticket_observer.ts";
import type { JobService } from "./jobs/job_service.ts";
import type { LocalGeneration } from "./llm/local_generation.ts";
import type { PeerPresence } from "./mesh/peer_parts.ts";
import { EventLoopDelay } from "./metrics/event_loop.ts";
import { Exposition } from "./metrics/exposition.ts";
import type { Family } from "./metrics/family.ts";
import { gauge } from "./metrics/gauge.ts";
import { HttpFigures } from "./metrics/http_figures.ts";
import { processFigures } from "./metrics/process_figures.ts";
import { RpcFigures } from "./metrics/rpc_figures.ts";
import { WorkFigures } from "./metrics/work_figures.ts";
import type { GenerationObserver } from "./models/gateway.ts";
import { VERSION } from "./version.ts";

/** What can be read of an agent at any time, once it is there. */
export interface ReadParts {
  readonly registry: Registry;
  readonly jobs: Pick<JobService, "load">;
  readonly generation: LocalGeneration | undefined;
  readonly sessions: () => number;
  readonly connections: () => number;
  readonly screenStreams: () => number;
  readonly tickets: () => number;
}

/** What is told of an agent to those who run it: its figures, and whether it serves. */
export class Operations {
  readonly rpc = new RpcFigures();
  readonly http = new HttpFigures();
  readonly work = new WorkFigures();
  readonly #eventLoop = new EventLoopDelay();
  #state: "the agent is starting" | "serving" | "the agent is stopping" = "the agent is starting";
  #store: { readonly isFailing: boolean } | undefined;

  get component(): Component {
    return this.#eventLoop;
  }

  /** Every part is there. @param store without which it does not serve */
  serves(store: { readonly isFailing: boolean }): void {
    this.#store = store;
    this.#state = "serving";
  }

  stops(): void {
    this.#state = "the agent is stopping";
  }

  /** Why it does not serve now; none = it does. */
  hindrances(): string[] {
    return [
      ...(this.#state === "serving" ? [] : [this.#state]),
      ...(this.#store?.isFailing ? ["the store cannot be written"] : []),
    ];
  }

  get generations(): GenerationObserver {
    return {
      generationEnded: (code, stats) => {
        const tokens = { prompt: stats?.prompt_tokens ?? 0, output: stats?.output_tokens ?? 0 };
        this.work.generationEnded(code === "OK" ? "done" : code, tokens);
      },
    };
  }

  exposition(parts: ReadParts): Exposition {
    const { rpc, http, work } = this;
    const own = [this.#eventLoop.histogram, ...processFigures()];
    return new Exposition([...rpc.families, ...http.families, ...work.families, ...this.#read(parts), ...own]);
  }

  #read({ registry, jobs, generation, sessions, connections, screenStreams, tickets }: ReadParts): Family[] {
    return [
      gauge("edgemesh_info", "1; the version is in the label", () => [[{ version: VERSION }, 1]]),
      gauge(
        "edgemesh_ready",
        "1 while /readyz says that the agent serves",
        () => this.hindrances().length === 0 ? 1 : 0,
      ),
      gauge("edgemesh_devices", "Known devices, by how they are reached now", () => devicesOf(registry)),
      gauge("edgemesh_jobs_open", "Jobs that have not ended", () => jobs.load.jobs),
      gauge("edgemesh_tasks_open", "Tasks of jobs that have not ended, by their state", () => {
        const { openTasks, runningTasks } = jobs.load;
        return [[{ state: "running" }, runningTasks], [{ state: "queued" }, Math.max(0, openTasks - runningTasks)]];
      }),
      gauge("edgemesh_device_generations", "Generations on this device, by their state", () => {
        const { running = 0, waiting = 0 } = generation?.load() ?? {};
        return [[{ state: "running" }, running], [{ state: "waiting" }, waiting]];
      }),
      gauge(
        "edgemesh_screen_streams",
        "Streams of this mesh's screens, those that wait for their viewer included",
        screenStreams,
      ),
      gauge("edgemesh_sessions", "Sessions that are live", sessions),
      gauge("edgemesh_tickets_open", "Tickets for files that can be used", tickets),
      gauge("edgemesh_http_connections", "Connections over HTTP that are open", connections),
    ];
  }
}

const LINKS = ["self", "attached", "dialled", "none"] as const;

function devicesOf(registry: Registry): [Record<string, string>, number][] {
  const counts = new Map<string, number>(LINKS.map((link) => [link, 0]));
  for (const { link } of registry.all()) counts.set(link, (counts.get(link) ?? 0) + 1);
  return [...counts].map(([link, count]) => [{ state: link === "none" ? "offline" : "online", link }, count]);
}

/** Writes down who was let in and who was not. */
export function auditedSessions(audit: AuditTrail): SessionObserver {
  return {
    opened: ({ deviceName: who }, from) => audit.record({ event: "session.opened", who, from }),
    refused: (who, from, { message: why }) => audit.record({ event: "session.refused", who, from, why }),
  };
}

/** What tickets for files say of them, each as far as it has to. */
interface FileTicket extends TicketSubject {
  readonly path?: string;
  /** Of an upload. */
  readonly order?: { readonly path: string };
  /** Where the file is, if not here. */
  readonly device?: string;
}

/** Writes down, and counts, what becomes of tickets for files. */
export function auditedTickets(audit: AuditTrail, work: WorkFigures, device: string): TicketObserver {
  return {
    redeemed(from, subject) {
      work.ticket("redeemed");
      const { path, order, device: relayedFrom = device, kind: of } = subject as FileTicket;
      const what = path ?? order?.path ?? "";
      audit.record({ event: "ticket.redeemed", who: "", from, what, device: relayedFrom, details: { of } });
    },
    refused(from) {
      work.ticket("refused");
      audit.record({ event: "ticket.refused", who: "", from, device, why: "invalid or expired token" });
    },
    transferred: (direction, bytes) => work.fileBytes(direction, bytes),
  };
}

/** Writes down which devices come and go. */
export function auditedPresence(audit: AuditTrail): PeerPresence {
  return {
    joined: ({ device_id: device, device_name: who }, link) =>
      audit.record({ event: "device.joined", who, device, details: { link } }),
    left: ({ device_id: device, device_name: who }, why) => audit.record({ event: "device.left", who, device, why }),
  };
}
