import { join } from "node:path";
import type { Children } from "../shared/children.ts";
import { megabytes, percent } from "../shared/figures.ts";
import { processorSeconds } from "../shared/process_facts.ts";
import { median } from "../shared/statistics.ts";
import type { Section } from "../shared/table.ts";
import { downloadAll, upload } from "./curl.ts";
import { FarDevice } from "./far_device.ts";
import { sha256OfFile, writeLargeFile } from "./large_file.ts";
import { memorySection, MemoryWatch } from "./memory_watch.ts";
import type { Way } from "./orders.ts";

const FILE = "file.bin";

export interface RelayCounts {
  /** Of the file. */
  readonly bytes: number;
  readonly rounds: number;
}

/** What one transfer came to. */
interface Run {
  /** In bytes/s. */
  readonly rate: number;
  /** Processor time of the device and of the coordinator, in s for 10^9 bytes. */
  readonly device: number;
  readonly coordinator: number;
}

type Runs = Readonly<Record<Way, Run[]>>;

/** A device's file, by its own server and over its stream in turn, and one into its inbox likewise. */
export async function measureRelay(children: Children, folder: string, counts: RelayCounts): Promise<Section[]> {
  const path = join(folder, FILE);
  await Deno.mkdir(join(folder, "inbox"), { recursive: true });
  await writeLargeFile(path, counts.bytes);
  const sha256 = await sha256OfFile(path);
  const far = await FarDevice.start(children, folder);
  const watches = [
    new MemoryWatch("the agent between", far.coordinator.pid),
    new MemoryWatch("the device", far.device.pid),
  ];
  const transfers = new Transfers(far, counts, watches);
  const downloads = await transfers.inTurn(async (way) => {
    const url = await far.downloadUrl(way, FILE);
    return () => downloadAll([url], counts.bytes);
  });
  const uploads = await transfers.inTurn(async (way, round) => {
    const name = `${way}-${round}`;
    const url = await far.uploadUrl(way, { path: name, bytes: counts.bytes, sha256 });
    return async () => {
      const seconds = await upload(path, url);
      await Deno.remove(join(folder, "inbox", name));
      return seconds;
    };
  });
  const memory = memorySection("memory while files are relayed, both ways", watches);
  await far.stop();
  const size = `${counts.bytes / 1024 ** 2} MiB`;
  return [
    section(`${size} from a device, one client`, downloads),
    section(`${size} to its inbox, verified and on the disk`, uploads),
    memory,
  ];
}

/** Transfers by both ways in turn. Memory is watched while the relay works. */
class Transfers {
  constructor(
    private readonly far: FarDevice,
    private readonly counts: RelayCounts,
    private readonly watches: readonly MemoryWatch[],
  ) {}

  /** @param prepare gets a ticket; what it answers transfers the file, and says how long that took, in s */
  async inTurn(prepare: (way: Way, round: number) => Promise<() => Promise<number>>): Promise<Runs> {
    const runs: Runs = { direct: [], relay: [] };
    for (let round = 0; round < this.counts.rounds; round++) {
      const direct = await prepare("direct", round);
      runs.direct.push(await this.#run(direct));
      const relayed = await prepare("relay", round);
      runs.relay.push(await this.#watched(() => this.#run(relayed)));
    }
    return runs;
  }

  async #run(transfer: () => Promise<number>): Promise<Run> {
    const { device, coordinator } = this.far;
    const before = [device, coordinator].map(({ pid }) => processorSeconds(pid));
    const seconds = await transfer();
    const used = (agent: { readonly pid: number }, at: number) =>
      (processorSeconds(agent.pid) - (before[at] ?? 0)) / this.counts.bytes * 1e9;
    return { rate: this.counts.bytes / seconds, device: used(device, 0), coordinator: used(coordinator, 1) };
  }

  #watched<T>(work: () => Promise<T>): Promise<T> {
    return this.watches.reduce((inner, watch) => () => watch.during(inner), work)();
  }
}

function section(what: string, { direct, relay }: Runs): Section {
  const rateOf = (runs: readonly Run[]) => median(runs.map(({ rate }) => rate));
  const perSecond = (rate: number) => `${megabytes(rate / 1e6)}/s`;
  const all = (runs: readonly Run[]) => runs.map(({ rate }) => (rate / 1e6).toFixed(0)).join(" · ");
  const used = (runs: readonly Run[], by: "device" | "coordinator") =>
    `${median(runs.map((run) => run[by])).toFixed(2)} s`;
  return {
    columns: [what, "direct", "relayed"],
    rows: [
      [`median of ${relay.length} in turn`, perSecond(rateOf(direct)), perSecond(rateOf(relay))],
      ["each run, in MB/s", all(direct), all(relay)],
      ["of the direct rate", "", percent(rateOf(relay) / rateOf(direct))],
      ["processor time of the device for 1 GB", used(direct, "device"), used(relay, "device")],
      ["of the agent between", "", used(relay, "coordinator")],
    ],
  };
}
