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
    const entries: FileEntry[] = [];
    let left_out = 0;
    for await (const page of filePages(mesh, { device_id: meant(device).device_id, path, recursive })) {
      left_out += page.left_out;
      if (output.asJson) entries.push(...page.entries);
      else await print(page.entries, output, { long: given.has("long"), recursive });
    }
    if (output.asJson) return await output.json({ entries, left_out });
    if (left_out > 0) await output.note(`${left_out} left out: no regular files, or not to be read`);
  },
};

async function print(
  entries: readonly FileEntry[],
  output: Output,
  { long, recursive }: { readonly long: boolean; readonly recursive: boolean },
): Promise<void> {
  const named = entries.map((entry) => {
    const name = recursive ? entry.path : lastStep(entry.path);
    return { ...entry, name: printable(`${name}${entry.is_folder ? "/" : ""}`) };
  });
  if (!long) return await output.terminal.out.write(named.map(({ name }) => `${name}\n`).join(""));
  if (named.length === 0) return;
  await output.table(
    COLUMNS,
    named.map(({ name, is_folder, size_bytes, modified_at }) => [
      is_folder ? "-" : bytes(size_bytes),
      time(modified_at),
      is_folder ? { text: name, paint: output.paint.bold } : name,
    ]),
  );
}

/** `2026-11-22 10:17` in this machine's time zone. */
function time(ms: number): string {
  if (ms <= 0) return "-";
  const date = new Date(ms);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
