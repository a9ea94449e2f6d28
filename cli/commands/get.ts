import { MeshError, UsageError } from "../../agent/core/errors.ts";
import type { Command, CommandContext } from "../command.ts";
import { wholeNumber } from "../command_line.ts";
import { EXIT } from "../failure.ts";
import { diskFailure } from "../files/disk_failure.ts";
import { download, type Downloaded, type DownloadOrder } from "../files/download.ts";
import { type DownloadPlan, planDownloads, targetOf } from "../files/download_plan.ts";
import { openMeshFiles } from "../files/open_mesh_files.ts";
import { remotePath } from "../files/remote_path.ts";
import { MOST_PARALLEL, runTransfers, USUAL_PARALLEL } from "../files/run_transfers.ts";
import type { FailedFile, TransferOutcome } from "../files/transfer_all.ts";
import { failureDocument, tellFailures } from "../files/transfer_report.ts";
import { printable } from "../output/printable.ts";
import { bytes, count } from "../output/units.ts";

export const command: Command = {
  name: "get",
  summary: "fetch files of a device",
  usage: ["get DEVICE:PATH… [-o FILE|FOLDER] [-r] [--force] [--parallel N]"],
  details:
    "PATH is in the device's shared folder. What is fetched comes straight from the device where it can be reached, else by way of the " +
    "connected agent. It is compared with the SHA-256 that the device says, and takes its name when it is whole; until then it is " +
    "FILE.part, and after Ctrl-C or a failure the same command goes on with it, unless the file was changed on the device: then " +
    "it begins anew. A file that is here already, with the same size and time, is not fetched again; another one is in the way.\n" +
    "With -r folders are fetched with all that lies in them; of DEVICE: alone, all that is shared.\n" +
    'With --json: {"files": […], "failed": […], "untried": N, "left_out": N}.',
  flags: {
    output: {
      kind: "string",
      short: "o",
      placeholder: "FILE",
      help: "under this name; with several files, or -r, in this folder (default: the folder that you are in)",
    },
    recursive: { kind: "boolean", short: "r", help: "fetch folders with all that lies in them" },
    force: { kind: "boolean", help: "replace files that are here" },
    parallel: {
      kind: "string",
      placeholder: "N",
      help: `files at once, 1 to ${MOST_PARALLEL} (default ${USUAL_PARALLEL})`,
    },
  },
  arguments: { least: 1, most: Infinity },
  async run(context) {
    const { given, positionals } = context;
    const parallel = wholeNumber(given, "parallel", { least: 1, most: MOST_PARALLEL }) ?? USUAL_PARALLEL;
    const asked = positionals.map(remotePath);
    // Elsewhere it means standard output, where nothing could be taken back that turns out to be wrong.
    if (given.text("output") === "-") throw new UsageError("-o -: files go to the disk (./- is one of that name)");
    const recursive = given.has("recursive");
    const target = await targetOf(given.text("output"), recursive || asked.length > 1);
    const files = await openMeshFiles(context);
    const sources = asked.map(({ device, path }) => ({ device_id: files.device(device).device_id, path }));
    const plan = await planDownloads(files.mesh, sources, { target, recursive });
    for (const folder of plan.folders) await makeFolder(folder);
    const { mesh } = files;
    const force = given.has("force");
    const outcome = await runTransfers(context, files, {
      orders: plan.orders,
      sizeOf: ({ listed }) => listed?.sizeBytes ?? 0,
      transfer: (order, progress) =>
        download(order, { mesh, ways: files.waysTo(order.device_id), force, signal: context.signal, progress }),
      parallel,
      ifInterrupted: "what has come is kept, and the same command goes on",
    });
    return await report(context, plan, outcome, recursive);
  },
};

type Outcome = TransferOutcome<DownloadOrder, Downloaded>;

async function makeFolder(path: string): Promise<void> {
  try {
    if (path !== "" && path !== ".") await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw diskFailure("write", path, error);
  }
}

async function report(
  { output }: CommandContext,
  plan: DownloadPlan,
  outcome: Outcome,
  recursive: boolean,
): Promise<number> {
  const { refused, leftOut, orders } = plan;
  const failed: FailedFile[] = [
    ...refused,
    ...outcome.failed.map(({ order, error }) => ({
      path: order.path,
      file: order.file,
      error: hinted(error, recursive),
    })),
  ];
  if (output.asJson) {
    const documents = outcome.done.map(({ order, result }) => fileDocument(order, result));
    await output.json({
      files: documents,
      failed: failed.map(failureDocument),
      untried: outcome.untried,
      left_out: leftOut,
    });
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  }
  if (leftOut > 0) await output.note(`${leftOut} left out: no regular files, or not to be read`);
  for (const line of resultLines(outcome)) await output.line(printable(line));
  await tellFailures(output, {
    failed,
    untried: outcome.untried,
    files: orders.length + refused.length,
    done: "fetched",
  });
  return EXIT.ok;
}

/** Folders are another matter: the device only says that it is one. */
function hinted(error: MeshError, recursive: boolean): MeshError {
  if (recursive || error.code !== "FAILED_PRECONDITION" || !/is a folder$/.test(error.message)) return error;
  return new MeshError(error.code, `${error.message}: -r fetches folders`, { cause: error });
}

/** What was done: of one file more than of many. */
function resultLines({ done }: Outcome): string[] {
  const [only] = done;
  if (!only) return [];
  const fetched = done.filter(({ result }) => result.sha256 !== "");
  const here = done.length - fetched.length;
  const unverified = fetched.filter(({ result }) => !result.verified).length;
  if (done.length === 1) {
    const { file } = only.order;
    if (here > 0) return [`${file} is here already`];
    return [
      `${file}  ${bytes(only.result.sizeBytes)}${wayWords(done)}${
        unverified > 0 ? ", not verified: the device is too old" : ""
      }`,
    ];
  }
  const size = fetched.reduce((sum, { result }) => sum + result.sizeBytes, 0);
  return [
    [
      `${count(fetched.length, "file")}, ${bytes(size)}${wayWords(fetched)}`,
      here > 0 ? `${here} here already` : "",
      unverified > 0 ? `${unverified} not verified: the device is too old` : "",
    ].filter(Boolean).join(", "),
  ];
}

function wayWords(done: Outcome["done"]): string {
  return done.some(({ result }) => result.way === "relay") ? ", by way of the connected agent" : "";
}

function fileDocument({ device_id, path, file }: DownloadOrder, result: Downloaded): Record<string, unknown> {
  const { sizeBytes, sha256, verified, way, resumedFrom } = result;
  const state = { size_bytes: sizeBytes, sha256, verified, way: way ?? "", resumed_from: resumedFrom };
  return { device_id, path, file, ...state, fetched: sha256 !== "" };
}
