import { MeshError, UsageError } from "../../agent/core/errors.ts";
import type { DeviceInfo } from "../../proto/messages.ts";
import type { MeshClient } from "../client.ts";
import type { Command, CommandContext } from "../command.ts";
import { wholeNumber } from "../command_line.ts";
import type { KnownDevice } from "../device_view.ts";
import { findDevice } from "../find_device.ts";
import { knownDevices } from "../known_devices.ts";
import { printable } from "../output/printable.ts";
import { bytes } from "../output/units.ts";
import { type Asked, pageAddress } from "../screen/page_address.ts";
import { type Saved, savePictures } from "../screen/save_pictures.ts";
import { savedFile } from "../screen/saved_file.ts";
import { unlessTooOld } from "../too_old.ts";

/** A call waits at least as long as the device's user is asked, in ms. */
const CALL_MS = 45_000;

/** How long a stream may take to end after Ctrl-C, in ms. */
const STOP_MS = 3000;

/** A day. */
const MOST_SECONDS = 86_400;

export const command: Command = {
  name: "screen",
  summary: "see a device's screen",
  usage: [
    "screen DEVICE [--fps N] [--quality N] [--monitor N]",
    "screen DEVICE --save FILE [--seconds N] [--fps N] [--quality N] [--monitor N]",
  ],
  details:
    "Without --save it prints the address of a page of the connected agent, which shows the screen in a browser and asks " +
    "for the mesh key. With --save no browser is needed: a FILE.jpg gets one picture, a FILE.mjpeg one after the other " +
    "until Ctrl-C, which ends it well (exit code 0), or for so many seconds. Where nothing changes on the screen the last " +
    "picture comes again each second.\n" +
    "The device's user may be asked first. Pictures come from the device itself, not by way of the connected agent.\n" +
    "With --json: url, device_id and device_name; with --save file, frames, bytes, device_id and device_name.",
  flags: {
    fps: { kind: "string", placeholder: "N", help: "pictures a second at most, 1 to 60 (default 8)" },
    quality: { kind: "string", placeholder: "N", help: "of the JPEGs, 1 to 100 (default 60)" },
    monitor: { kind: "string", placeholder: "N", help: "which of its monitors, from 0, the primary one (default 0)" },
    save: { kind: "string", placeholder: "FILE", help: "save a picture (.jpg) or a stream of them (.mjpeg)" },
    seconds: { kind: "string", placeholder: "N", help: "end a stream that is saved after so long" },
  },
  arguments: { least: 1, most: 1 },
  completes: { flags: { quality: ["30", "45", "60", "75", "90"], fps: ["1", "4", "8", "15", "30", "60"] } },
  async run(context) {
    const { given, positionals } = context;
    const asked: Asked = {
      fps: wholeNumber(given, "fps", { least: 1, most: 60 }),
      quality: wholeNumber(given, "quality", { least: 1, most: 100 }),
      monitor: wholeNumber(given, "monitor", { least: 0, most: 1000 }),
    };
    const seconds = wholeNumber(given, "seconds", { least: 1, most: MOST_SECONDS });
    const path = given.text("save");
    if (path === undefined) {
      if (seconds !== undefined) throw new UsageError("--seconds is only for --save");
      return await printAddress(context, positionals[0] ?? "", asked);
    }
    await save(context, { wanted: positionals[0] ?? "", asked, path, seconds });
  },
};

async function printAddress({ connect, output }: CommandContext, wanted: string, asked: Asked): Promise<void> {
  const client = await connect();
  const known = await knownDevices(client);
  const device = meant(wanted, known);
  const url = pageAddress(known, device, asked);
  await checkMonitor(client, device, asked.monitor ?? 0);
  if (output.asJson) {
    return await output.json({ url, device_id: device.device_id, device_name: device.device_name });
  }
  await output.line(printable(url));
}

/** What is to be saved, and where. */
interface SaveOrder {
  readonly wanted: string;
  readonly asked: Asked;
  readonly path: string;
  readonly seconds: number | undefined;
}

async function save(context: CommandContext, { wanted, asked, path, seconds }: SaveOrder): Promise<void> {
  const { connect, output, signal, graceAfterInterrupt } = context;
  const open = savedFile(path);
  if (!open) throw new UsageError(`--save ${JSON.stringify(path)}: the name must end in .jpg or .mjpeg`);
  // Its calls outlive Ctrl-C, so that the device hears of the end.
  graceAfterInterrupt(STOP_MS);
  const client = await connect(CALL_MS, new AbortController().signal);
  const device = meant(wanted, await knownDevices(client));
  await checkMonitor(client, device, asked.monitor ?? 0);
  await using file = await open();
  if (file.takesOne && seconds !== undefined) throw new UsageError("--seconds is only for a .mjpeg");
  const config = { target_fps: asked.fps ?? 0, jpeg_quality: asked.quality ?? 0, monitor_index: asked.monitor ?? 0 };
  const request = { device_id: device.device_id, config };
  const durationMs = seconds === undefined ? undefined : seconds * 1000;
  let saved: Saved = { frames: 0, bytes: 0 };
  try {
    await savePictures({ client, request, file, durationMs, signal }, (sofar) => saved = sofar);
  } finally {
    const pictures = saved.frames === 1 ? "1 picture" : `${saved.frames} pictures`;
    if (saved.frames > 0 && !output.asJson) {
      await output.note(`saved ${pictures} of ${device.device_name}, ${bytes(saved.bytes)}, to ${path}`);
    }
  }
  const { device_id, device_name } = device;
  if (output.asJson) await output.json({ file: path, ...saved, device_id, device_name });
}

function meant(wanted: string, known: readonly KnownDevice[]): DeviceInfo {
  return findDevice(wanted, known.flatMap(({ device }) => device ? [device] : []));
}

/** @throws {MeshError} with the device's reason where it shows no screen; INVALID_ARGUMENT for a monitor that it does not have */
async function checkMonitor(client: MeshClient, { device_id, device_name }: DeviceInfo, index: number): Promise<void> {
  const { monitors } = await unlessTooOld(client.mesh("ListMonitors", { device_id }), "showing screens");
  if (monitors.some((monitor) => monitor.index === index)) return;
  const has = monitors.map((one) => `${one.index} (${one.name}, ${one.width}x${one.height})`).join(", ");
  throw new MeshError("INVALID_ARGUMENT", `${device_name} has no monitor ${index}; it has ${has}`);
}
