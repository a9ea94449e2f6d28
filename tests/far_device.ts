import type { Download, Upload } from "../proto/messages.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, TemporaryFolder } from "./processes.ts";

/** An address that is nobody's (RFC 5737): what a device behind a NAT would advertise. */
const NOWHERE = "192.0.2.1";

/** Files of a device, by tickets of the agent that is asked. */
export class FilesOfDevice {
  constructor(readonly session: MeshSession, private readonly deviceId: string) {}

  /** A ticket of the coordinator for a file of the device. */
  async openDownload(path: string): Promise<Download & { readonly address: string }> {
    const request = { device_id: this.deviceId, path };
    const download = await this.session.client.mesh("OpenDownload", request);
    return { ...download, address: `http://${download.relay_addr}/bulk/download/${download.relay_token}` };
  }

  /** A ticket of the coordinator for a file to the device. */
  async openUpload(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Upload & { readonly address: string }> {
    const sha256 = await sha256Of(bytes);
    const request = { device_id: this.deviceId, path, size_bytes: bytes.length, sha256 };
    const upload = await this.session.client.mesh("OpenUpload", request);
    return { ...upload, address: `http://${upload.relay_addr}/bulk/upload/${upload.relay_token}` };
  }

  /** Puts what is not there yet, and answers the status. */
  async put(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const { offset, address } = await this.openUpload(path, bytes);
    const headers = { "content-range": `bytes ${offset}-${bytes.length - 1}/${bytes.length}` };
    const response = await fetch(address, { method: "PUT", body: bytes.subarray(offset), headers });
    await response.body?.cancel();
    return response.status;
  }
}

export interface FarDeviceOptions {
  /** Default: a folder of its own. */
  readonly inbox?: string | undefined;
  /** Where it joins, in place of the coordinator's own address. @param coordinator its `HOST:PORT` */
  readonly joinAt?: (coordinator: string) => string;
}

/** A coordinator, and a device that nobody can call: it is reached over its own stream only. */
export class FarDevice extends FilesOfDevice implements AsyncDisposable {
  private constructor(
    readonly folder: TemporaryFolder,
    readonly coordinator: AgentProcess,
    readonly device: AgentProcess,
    session: MeshSession,
    private readonly stack: AsyncDisposableStack,
  ) {
    super(session, device.deviceId);
  }

  static async start({ inbox, joinAt = (address) => address }: FarDeviceOptions = {}): Promise<FarDevice> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(new TemporaryFolder());
    for (const name of ["share", "inbox"]) Deno.mkdirSync(folder.file(name));
    const coordinator = stack.use(await AgentProcess.start({ name: "near", flags: ["--screen", "off"] }));
    const flags = ["--screen", "off", "--advertise", NOWHERE];
    flags.push("--share", folder.file("share"), "--inbox", inbox ?? folder.file("inbox"));
    const device = stack.use(await AgentProcess.start({ name: "far", join: [joinAt(coordinator.grpc)], flags }));
    const session = stack.use(await MeshSession.open(coordinator.grpc));
    await session.presence(device.deviceId, true);
    return new FarDevice(folder, coordinator, device, session, stack.move());
  }

  /** The same device's files, as another session asks for them. */
  with(session: MeshSession): FilesOfDevice {
    return new FilesOfDevice(session, this.device.deviceId);
  }

  /** Events of the device's audit log of one kind. */
  audited(event: string): Record<string, unknown>[] {
    const lines = Deno.readTextFileSync(`${this.device.dataDir}/audit.jsonl`).split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}

/** In hexadecimal digits. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
