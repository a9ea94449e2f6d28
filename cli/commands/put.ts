import type { Command, CommandContext } from "../command.ts";
import { wholeNumber } from "../command_line.ts";
import { EXIT } from "../failure.ts";
import { openMeshFiles } from "../files/open_mesh_files.ts";
import { remotePath } from "../files/remote_path.ts";
import { MOST_PARALLEL, runTransfers, USUAL_PARALLEL } from "../files/run_transfers.ts";
import type { FailedFile, TransferOutcome } from "../files/transfer_all.ts";
import { failureDocument, tellFailures } from "../files/transfer_report.ts";
import { upload, type Uploaded, type UploadOrder } from "../files/upload.ts";
import { planUploads, type UploadPlan } from "../files/upload_plan.ts";
import { printable } from "../output/printable.ts";
import { bytes, count } from "../output/units.ts";

export const command: Command = {
  name: "put",
  summary: "put files into a device's inbox",
  usage: ["put FILE… DEVICE:PATH [-r] [--force] [--parallel N]"],
  details:
    "PATH is in the device's inbox: `edgemesh agent --inbox DIR` allows it, and no device has one by itself. One file gets the name PATH, " +
    "unless that ends in /; several, and those of DEVICE: alone, keep theirs. The device gives a file its name when it has all " +
    "of it, with the SHA-256 that it has here. After Ctrl-C or a failure the same command goes on where it was, for a day. " +
    "What is there already, and the same, is not sent again.\n" +
    'With -r folders are put with all that lies in them.\nWith --json: {"files": […], "failed": […], "untried": N, "left_out": N}.',
  flags: {
    recursive: { kind: "boolean", short: "r", help: "put folders with all that lies in them" },
    force: { kind: "boolean", help: "replace files that are there" },
    parallel: {
      kind: "string",
      placeholder: "N",
      help: `files at once, 1 to ${MOST_PARALLEL} (default ${USUAL_PARALLEL})`,
    },
  },
  arguments: { least: 2, most: Infinity },
  completes: { arguments: "files" },
  async run(context) {
    const { given, positionals } = context;
    const parallel = wholeNumber(given, "parallel", { least: 1, most: MOST_PARALLEL }) ?? USUAL_PARALLEL;
    const { device, path } = remotePath(positionals.at(-1) ?? "");
    const sources = positionals.slice(0, -1);
    const files = await openMeshFiles(context);
    const { device_id } = files.device(device);
    const plan = await planUploads(sources, { device_id, path }, given.has("recursive"));
    const { mesh } = files;
    const force = given.has("force");
    const outcome = await runTransfers(context, files, {
      orders: plan.orders,
      sizeOf: ({ sizeBytes }) => sizeBytes,
      transfer: (order, progress) =>
        upload(order, { mesh, ways: files.waysTo(order.device_id), force, signal: context.signal, progress }),
      parallel,
      ifInterrupted: "the device keeps what has come for a day, and the same command goes on",
    });
    return await report(context, plan, outcome);
  },
};

type Outcome = TransferOutcome<UploadOrder, Uploaded>;

async function report({ output }: CommandContext, plan: UploadPlan, outcome: Outcome): Promise<number> {
  const { refused, leftOut, orders } = plan;
  const failed: FailedFile[] = [
    ...refused,
    ...outcome.failed.map(({ order, error }) => ({ path: order.path, file: order.file, error })),
  ];
  if (output.asJson) {
    const documents = outcome.done.map(({ order, result }) => fileDocument(order, result));
    const others = { untried: outcome.untried, left_out: leftOut };
    await output.json({ files: documents, failed: failed.map(failureDocument), ...others });
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  }
  if (leftOut > 0) await output.note(`${leftOut} left out: no regular files, or folders with nothing in them`);
  if (outcome.done.length > 0) await output.line(printable(resultLine(outcome)));
  await tellFailures(output, {
    failed,
    untried: outcome.untried,
    files: orders.length + refused.length,
    done: "there",
  });
  return EXIT.ok;
}

/** What was done: of one file more than of many. */
function resultLine({ done }: Outcome): string {
  const sent = done.filter(({ result }) => !result.wasThere);
  const size = bytes(sent.reduce((sum, { result }) => sum + result.sizeBytes, 0));
  const by = sent.some(({ result }) => result.way === "relay") ? ", by way of the connected agent" : "";
  const there = done.length - sent.length;
  if (done.length > 1) {
    return `${count(sent.length, "file")}, ${size}${by}${there > 0 ? `, ${there} there already` : ""}`;
  }
  const path = done[0]?.order.path ?? "";
  return there > 0 ? `${path} is there already` : `${path}  ${size}${by}`;
}

function fileDocument({ file, device_id, path }: UploadOrder, result: Uploaded): Record<string, unknown> {
  const { sizeBytes, sha256, way = "", wasThere, resumedFrom } = result;
  const state = { size_bytes: sizeBytes, sha256, way, resumed_from: resumedFrom };
  return { file, device_id, path, ...state, sent: !wasThere };
}
