import { MeshError } from "../agent/core/errors.ts";
import type { MeshClient } from "./client.ts";
import type { KnownDevice } from "./device_view.ts";

/** All devices of the mesh, online ones first. Asks an agent that only has the specification's service for its list. */
export async function knownDevices(client: MeshClient): Promise<KnownDevice[]> {
  try {
    return (await client.mesh("ListDeviceStates", {})).devices;
  } catch (error) {
    if (!(error instanceof MeshError) || error.code !== "UNIMPLEMENTED") throw error;
    const { devices } = await client.orchestrator("ListDevices", {});
    return devices.map((device) => ({ device, status: null }));
  }
}
