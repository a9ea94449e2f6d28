/**
 * Files of a device, in one run: `deno task bench files [--quick] [--markdown FILE]`. The agent beside Debian's nginx, which is
 * installed where it is missing: the same file, in the page cache, by the same client (curl to /dev/null). A device that cannot be
 * called beside itself: over its stream, and directly. Agents, nginx and clients are processes of their own on this machine.
 */
import { join } from "node:path";
import { writeLargeFile } from "./files/large_file.ts";
import { measureDownloads, type Server } from "./files/measure_downloads.ts";
import { measureRelay } from "./files/measure_relay.ts";
import { startNginx } from "./files/nginx.ts";
import type { Orders } from "./files/orders.ts";
import { startAgent } from "./shared/bench_agent.ts";
import { BenchClient } from "./shared/bench_client.ts";
import { rate, verdictAtLeast } from "./shared/figures.ts";
import { runMeasurement, type Workplace } from "./shared/measurement.ts";
import { fromSource } from "./shared/program.ts";
import { median } from "./shared/statistics.ts";
import { stepsSaid } from "./shared/steps.ts";
import type { Section } from "./shared/table.ts";

const FILE = "large.bin";

/** Calls under way at any time. */
const IN_FLIGHT = 64;

/** Tickets in a second. */
const TICKETS_AIM = 5000;

/** So many tickets can be open at once; an agent of its own for each round makes no more. */
const FULL = {
  bytes: 4 * 1024 ** 3,
  relayed: 512 * 1024 ** 2,
  rounds: 3,
  clients: [1, 8],
  tickets: 5000,
  ticketRounds: 3,
};

/** Enough to see that everything works; the figures say little. */
const QUICK = {
  bytes: 64 * 1024 ** 2,
  relayed: 32 * 1024 ** 2,
  rounds: 1,
  clients: [1, 2],
  tickets: 200,
  ticketRounds: 1,
};

type Extent = typeof FULL;

async function measure(workplace: Workplace): Promise<Section[]> {
  const extent = workplace.quick ? QUICK : FULL;
  const step = stepsSaid();
  step("writing the file");
  await writeLargeFile(join(workplace.folder, FILE), extent.bytes);
  step("downloads");
  const downloads = await measureBoth(workplace, extent);
  step("the relay");
  const { children, folder } = workplace;
  const { relayed, rounds } = extent;
  const relay = await measureRelay(children, join(folder, "far"), { bytes: relayed, rounds });
  step("tickets");
  return [...downloads, ...relay, await measureTickets(workplace, extent)];
}

async function measureBoth({ children, folder }: Workplace, extent: Extent): Promise<Section[]> {
  const nginx = await startNginx(children, folder, folder);
  const agent = await startAgent(children, fromSource(), { folder, name: "agent" });
  const client = new BenchClient<Orders>(children, new URL("files/client.ts", import.meta.url), agent.grpc);
  const ours: Server = {
    name: "agent",
    pids: [agent.pid],
    url: async () => `http://${agent.http}/bulk/download/${await client.measure("ticket", { path: FILE })}`,
  };
  const rival: Server = {
    name: nginx.version,
    pids: nginx.pids,
    url: () => Promise.resolve(`http://${nginx.address}/${FILE}`),
  };
  const sections = await measureDownloads(ours, rival, extent);
  await client.stop();
  await agent.stop();
  await nginx.stop();
  return sections;
}

/** Each round by an agent of its own: its tickets stay open. */
async function measureTickets({ children, folder }: Workplace, { tickets, ticketRounds }: Extent): Promise<Section> {
  const counted = { count: tickets, inFlight: IN_FLIGHT };
  const rates = { tickets: [] as number[], calls: [] as number[] };
  for (let round = 0; round < ticketRounds; round++) {
    const agent = await startAgent(children, fromSource(), { folder, name: `tickets-${round}` });
    const client = new BenchClient<Orders>(children, new URL("files/client.ts", import.meta.url), agent.grpc);
    // What comes first meets code that was not compiled yet.
    await client.measure("calls", counted);
    await client.measure("tickets", { path: FILE, ...counted, count: Math.ceil(tickets / 5) });
    rates.calls.push(tickets / await client.measure("calls", counted));
    rates.tickets.push(tickets / await client.measure("tickets", { path: FILE, ...counted }));
    await client.stop();
    await agent.stop();
  }
  const made = median(rates.tickets);
  return {
    columns: [`${IN_FLIGHT} calls under way, median of ${ticketRounds}`, "aim", "CreateDownloadTicket", "HealthCheck"],
    rows: [[
      `${tickets.toLocaleString("en")} calls, tickets durable`,
      verdictAtLeast(made, TICKETS_AIM, "/s"),
      rate(made),
      rate(median(rates.calls)),
    ]],
  };
}

if (import.meta.main) Deno.exit(await runMeasurement({ limitMs: 595_000, measure }, Deno.args));
