import { percent } from "../shared/figures.ts";
import { processorSeconds } from "../shared/process_facts.ts";
import { median } from "../shared/statistics.ts";
import type { Section } from "../shared/table.ts";
import { downloadAll } from "./curl.ts";
import { memorySection, MemoryWatch } from "./memory_watch.ts";

/** Of nginx's rate. */
const AIM = 0.7;

/** Who serves the file. */
export interface Server {
  readonly name: string;
  readonly pids: readonly number[];
  /** Where the file can be downloaded once. */
  url(): Promise<string>;
}

export interface DownloadCounts {
  /** Of the file. */
  readonly bytes: number;
  readonly rounds: number;
  readonly clients: readonly number[];
}

/** What downloads came to. */
interface Run {
  /** Of all clients together, in bytes/s. */
  readonly rate: number;
  /** Processor time of the server, in s for 10^9 bytes. */
  readonly processor: number;
}

/** The same file from both servers in turn, by one client and by several; the first is the agent. */
export async function measureDownloads(
  agent: Server,
  rival: Server,
  { bytes, rounds, clients }: DownloadCounts,
): Promise<Section[]> {
  const memory = new MemoryWatch("resident", agent.pids[0] ?? 0);
  const sections: Section[] = [];
  for (const count of clients) {
    const runs = { agent: [] as Run[], rival: [] as Run[] };
    for (let round = 0; round < rounds; round++) {
      runs.rival.push(await run(rival, count, bytes));
      runs.agent.push(await memory.during(() => run(agent, count, bytes)));
    }
    sections.push(section(count, [agent.name, rival.name], runs));
  }
  return [...sections, memorySection("memory of the agent while it sends", [memory])];
}

async function run(server: Server, clients: number, bytes: number): Promise<Run> {
  const urls: string[] = [];
  for (let n = 0; n < clients; n++) urls.push(await server.url());
  const used = () => server.pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
  const before = used();
  const seconds = await downloadAll(urls, bytes);
  const total = clients * bytes;
  return { rate: total / seconds, processor: (used() - before) / total * 1e9 };
}

function section(
  clients: number,
  names: readonly string[],
  { agent, rival }: { readonly agent: readonly Run[]; readonly rival: readonly Run[] },
): Section {
  const rateOf = (runs: readonly Run[]) => median(runs.map(({ rate }) => rate));
  const all = (runs: readonly Run[]) => runs.map(({ rate }) => (rate / 1e9).toFixed(2)).join(" · ");
  const used = (runs: readonly Run[]) => `${median(runs.map(({ processor }) => processor)).toFixed(2)} s`;
  const share = rateOf(agent) / rateOf(rival);
  const gigabytes = (rate: number) => `${(rate / 1e9).toFixed(2)} GB/s`;
  return {
    columns: [clients === 1 ? "one client" : `${clients} clients at once`, "aim", ...names],
    rows: [
      [`all bytes, median of ${agent.length} in turn`, "", gigabytes(rateOf(agent)), gigabytes(rateOf(rival))],
      ["each run, in GB/s", "", all(agent), all(rival)],
      ["of the other's rate", `${AIM}: ${share >= AIM ? "met" : "missed"}`, percent(share), ""],
      ["processor time for 1 GB", "", used(agent), used(rival)],
    ],
  };
}
