import { loadClientConfig } from "../../agent/config/client_flags.ts";
import type { DeviceInfo } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { CommandContext } from "../command.ts";
import { findDevice } from "../find_device.ts";
import { PatientClient } from "../patient_client.ts";
import { MeshFiles } from "./mesh_files.ts";
import { Ways } from "./ways.ts";

/** What a command that handles files needs of the mesh. */
export interface FileCommand {
  readonly mesh: MeshFiles;
  /** The device that a person means. @throws {MeshError} as `findDevice` does */
  device(wanted: string): DeviceInfo;
  /** The ways to a device's files. */
  waysTo(deviceId: string): Ways;
  /** Who hears that the agent is away. */
  onAway: (message: string) => Promise<void> | void;
}

/** Connects a command that handles files. */
export async function openMeshFiles({ connect, given, signal }: CommandContext): Promise<FileCommand> {
  let client: MeshClient = await connect();
  const { devices } = await client.orchestrator("ListDevices", {});
  const { server } = loadClientConfig(given);
  const reconnect = async () => {
    const next = await connect();
    client[Symbol.dispose]();
    return client = next;
  };
  const patient = new PatientClient(client, {
    reconnect,
    onAway: (reason) => command.onAway(`${reason.message}; trying again`),
    signal,
  });
  const ways = new Map<string, Ways>();
  const command: FileCommand = {
    mesh: new MeshFiles(patient),
    device: (wanted) => findDevice(wanted, devices),
    waysTo(deviceId) {
      const known = ways.get(deviceId) ?? new Ways(server, signal);
      ways.set(deviceId, known);
      return known;
    },
    onAway: () => {},
  };
  return command;
}
