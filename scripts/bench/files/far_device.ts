import { join } from "node:path";
import { delay } from "../../../agent/core/abort.ts";
import { type BenchAgent, startAgent } from "../shared/bench_agent.ts";
import { BenchClient } from "../shared/bench_client.ts";
import type { Children } from "../shared/children.ts";
import { fromSource } from "../shared/program.ts";
import type { Orders, Redeemable, Way } from "./orders.ts";

/** The device may take so long to attach, in ms. */
const ATTACH_LIMIT_MS = 30_000;

/** An address that is nobody's (RFC 5737): what a device behind a NAT would advertise. */
const NOWHERE = "192.0.2.1";

/** A file that is to be put into the inbox. */
export interface NewFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * A coordinator, and a device that joined it and advertises an address at which nobody can reach it: its files come over its stream.
 * On this machine its own server can be reached all the same, at the loopback address, which is the direct way.
 */
export class FarDevice {
  private constructor(
    readonly coordinator: BenchAgent,
    readonly device: BenchAgent,
    private readonly client: BenchClient<Orders>,
  ) {}

  /** @param folder what the device shares; in it, `inbox` takes files */
  static async start(children: Children, folder: string): Promise<FarDevice> {
    const coordinator = await startAgent(children, fromSource(), { folder, name: "coordinator" });
    const device = await startAgent(children, fromSource(), {
      folder,
      name: "device",
      join: coordinator.grpc,
      flags: ["--advertise", NOWHERE, "--inbox", join(folder, "inbox")],
    });
    const client = new BenchClient<Orders>(children, new URL("client.ts", import.meta.url), coordinator.grpc);
    await attached(client);
    return new FarDevice(coordinator, device, client);
  }

  /** Where a file can be downloaded once. */
  async downloadUrl(way: Way, path: string): Promise<string> {
    const place = await this.client.measure("download", { deviceId: this.device.deviceId, path, way });
    return urlOf("download", place);
  }

  /** Where a file can be put once. */
  async uploadUrl(way: Way, file: NewFile): Promise<string> {
    const place = await this.client.measure("upload", { deviceId: this.device.deviceId, way, ...file });
    return urlOf("upload", place);
  }

  async stop(): Promise<void> {
    await this.client.stop();
    await this.device.stop();
    await this.coordinator.stop();
  }
}

function urlOf(direction: "download" | "upload", { token, address }: Redeemable): string {
  return `http://${address.replace(NOWHERE, "127.0.0.1")}/bulk/${direction}/${token}`;
}

async function attached(client: BenchClient<Orders>): Promise<void> {
  const end = performance.now() + ATTACH_LIMIT_MS;
  while (await client.measure("online", {}) < 2) {
    if (performance.now() > end) throw new Error("Cannot measure the relay: the device did not attach");
    await delay(50);
  }
}
