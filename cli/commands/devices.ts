import { delay } from "../../agent/core/abort.ts";
import type { MeshError } from "../../agent/core/errors.ts";
import type { Command, CommandContext } from "../command.ts";
import { DEVICE_COLUMNS, deviceDocument, deviceRow, type KnownDevice } from "../device_view.ts";
import { knownDevices } from "../known_devices.ts";
import { PatientClient } from "../patient_client.ts";

/** Agents sample their status this often, in ms: asking faster shows nothing new. */
const WATCH_MS = 2000;

/** Home, and clear what is below: the table is drawn over the one before. */
const REDRAW = "\x1b[H\x1b[J";

export const command: Command = {
  name: "devices",
  summary: "list the devices of the mesh",
  usage: ["devices [--watch]"],
  details: 'With --json: {"devices": […]}, each with the fields of DeviceInfo, and status, online, link and ' +
    "running_tasks as the agent knows them now; with --watch one such document a line, every 2 s.",
  flags: { watch: { kind: "boolean", help: "show them again every 2 s, until Ctrl-C" } },
  arguments: { least: 0, most: 0 },
  async run(context) {
    const client = await context.connect();
    if (!context.given.has("watch")) return await show(await knownDevices(client), context, false);
    const { output, signal, connect } = context;
    const onAway = ({ message }: MeshError) => output.note(`${message}; trying again`);
    const patient = new PatientClient(client, { reconnect: connect, onAway, signal });
    while (true) {
      await show(await patient.ask(knownDevices), context, true);
      await delay(WATCH_MS, context.signal);
    }
  },
};

async function show(devices: readonly KnownDevice[], { output }: CommandContext, again: boolean): Promise<void> {
  if (output.asJson) {
    const document = { devices: devices.map(deviceDocument) };
    return await (again ? output.event(document) : output.json(document));
  }
  if (again && output.redraws) await output.terminal.out.write(REDRAW);
  const now = Date.now();
  await output.table(DEVICE_COLUMNS, devices.map((device) => deviceRow(device, output.paint, now)));
  if (again && !output.redraws) await output.line();
}
