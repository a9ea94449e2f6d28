import { MeshError } from "../../agent/core/errors.ts";
import type { DeviceInfo, DeviceModel } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { Command } from "../command.ts";
import { capabilitiesOf, platformOf } from "../device_view.ts";
import { findDevice } from "../find_device.ts";
import { knownDevices } from "../known_devices.ts";
import { modelWords } from "../model_view.ts";
import { printable } from "../output/printable.ts";
import { ago, megabytes, percent } from "../output/units.ts";
import { screenWords } from "../screen_view.ts";

export const command: Command = {
  name: "status",
  summary: "show the live status of one device",
  usage: ["status DEVICE"],
  details: "DEVICE is an id, the beginning of one, or a name. With --json: the message DeviceStatus.",
  flags: {},
  arguments: { least: 1, most: 1 },
  async run({ positionals, output, connect }) {
    const client = await connect();
    const { devices } = await client.orchestrator("ListDevices", {});
    const device = findDevice(positionals[0] ?? "", devices);
    const status = await client.orchestrator("GetDeviceStatus", { device_id: device.device_id });
    if (output.asJson) return await output.json(status);
    const used = status.mem_total_mb > 0
      ? `${megabytes(status.mem_used_mb)} of ${megabytes(status.mem_total_mb)} used`
      : "-";
    const lines: [string, string][] = [
      ["Name", device.device_name],
      ["Id", device.device_id],
      ["Platform", platformOf(device)],
      ["Capabilities", capabilitiesOf(device)],
      ["Address", device.grpc_addr || "-"],
      ...await modelLines(client, device),
      ...await screenLines(client, device),
      ["CPU load", percent(status.cpu_load)],
      ["Memory", used],
      ["Last seen", ago(status.last_seen)],
    ];
    for (const [label, value] of lines) await output.line(`${(label && `${label}:`).padEnd(14)}${printable(value)}`);
  },
};

/** The device's models, one a line; of an agent that cannot list them, what the device itself said. */
async function modelLines(client: MeshClient, device: DeviceInfo): Promise<[string, string][]> {
  const models = (await knownModels(client)).filter((model) => model.device_id === device.device_id);
  if (models.length === 0) return [["Model", device.local_model_name || "-"]];
  return models.map((model, at) => [at > 0 ? "" : models.length > 1 ? "Models" : "Model", modelWords(model)]);
}

/** Who looks at its screen, one a line. */
async function screenLines(client: MeshClient, { device_id }: DeviceInfo): Promise<[string, string][]> {
  const state = (await knownDevices(client)).find(({ device }) => device?.device_id === device_id);
  const words = state ? screenWords(state, Date.now()) : [];
  return words.map((line, at) => [at > 0 ? "" : "Screen", line]);
}

async function knownModels(client: MeshClient): Promise<DeviceModel[]> {
  try {
    return (await client.mesh("ListModels", {})).models;
  } catch (error) {
    if (error instanceof MeshError && error.code === "UNIMPLEMENTED") return [];
    throw error;
  }
}
