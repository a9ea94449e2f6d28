import type { FileEntry } from "../../proto/messages.ts";
import type { Command } from "../command.ts";
import { filePages } from "../files/file_pages.ts";
import { openMeshFiles } from "../files/open_mesh_files.ts";
import { lastStep, remotePath } from "../files/remote_path.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import type { Column } from "../output/table.ts";
import { bytes } from "../output/units.ts";

const COLUMNS: readonly Column[] = [
  { header: "SIZE", align: "right" },
  { header: "MODIFIED", dropAt: 1 },
  { header: "NAME", shrinkTo: 10 },
];

export const command: Command = {
  name: "ls",
  summary: "list the files of a device",
  usage: ["ls DEVICE:PATH [-r] [-l]"],
  details:
    "PATH is in the device's shared folder; DEVICE: is all of it. Names of folders end in /. With -r the names are whole " +
    'paths.\nWith --json: {"entries": […], "left_out": N}, each a message FileEntry, its time in ms.',
  flags: {
    recursive: { kind: "boolean", short: "r", help: "list what lies in the folders, too" },
    long: { kind: "boolean", short: "l", help: "show sizes and times" },
  },
  arguments: { least: 1, most: 1 },
  async run(context) {
    const { given, positionals, output } = context;
    const { device, path } = remotePath(positionals[0] ?? "");
    const recursive = given.has("recursive");
    const { mesh, device: meant } = await openMeshFiles(context);
    // A table is as wide as its widest cells: there is none before all of them are known.
    const atOnce = output.asJson || given.has("long");
    const entries: FileEntry[] = [];
    let left_out = 0;
    for await (const page of filePages(mesh, { device_id: meant(device).device_id, path, recursive })) {
      left_out += page.left_out;
      if (atOnce) entries.push(...page.entries);
      else await printNames(page.entries, output, recursive);
    }
    if (output.asJson) return await output.json({ entries, left_out });
    if (entries.length > 0) await printTable(entries, output, recursive);
    if (left_out > 0) await output.note(`${left_out} left out: no regular files, or not to be read`);
  },
};

function printNames(entries: readonly FileEntry[], { terminal }: Output, recursive: boolean): Promise<void> {
  return terminal.out.write(entries.map((entry) => `${nameOf(entry, recursive)}\n`).join(""));
}

function printTable(entries: readonly FileEntry[], output: Output, recursive: boolean): Promise<void> {
  const rows = entries.map((entry) => {
    const name = nameOf(entry, recursive);
    return [
      entry.is_folder ? "-" : bytes(entry.size_bytes),
      time(entry.modified_at),
      entry.is_folder ? { text: name, paint: output.paint.bold } : name,
    ];
  });
  return output.table(COLUMNS, rows);
}

function nameOf({ path, is_folder }: FileEntry, recursive: boolean): string {
  return printable(`${recursive ? path : lastStep(path)}${is_folder ? "/" : ""}`);
}

/** `2026-11-22 10:17` in this machine's time zone. */
function time(ms: number): string {
  if (ms <= 0) return "-";
  const date = new Date(ms);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
