/**
 * The demo: `deno task demo [--keep] [--svg FILE]`.
 *
 * Three agents on free loopback ports join into a mesh and do real work. With `--keep` the mesh stays up until Ctrl-C.
 * With `--svg` parts of the run are drawn as a picture. Whatever happens, no process and no folder is left.
 */
import { type Flags, type GivenFlags, parseFlags } from "../agent/config/flags.ts";
import { messageOf, UsageError } from "../agent/core/errors.ts";
import { DemoMesh } from "./demo/demo_mesh.ts";
import { draw } from "./demo/picture.ts";
import { Stage } from "./demo/stage.ts";
import { tell } from "./demo/story.ts";

const FLAGS: Flags = {
  keep: { kind: "boolean", help: "leave the mesh up until Ctrl-C" },
  svg: { kind: "string", placeholder: "FILE", help: "draw parts of the run into this file" },
};

/** Width of the picture, in columns. */
const PICTURE_COLUMNS = 86;

/** What of the demo is in its picture: the commands that begin so. */
const PICTURED = ["devices", "run --device desktop", "run --policy require-npu -- ls", "preview-cost", "submit", "job"];

/** Signals that end the demo, with the exit code of each. */
const SIGNALS: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130]]
  : [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]];

/** Aborts at the first signal. Later ones change nothing: the end is under way, and takes seconds at most. */
class Interrupt implements Disposable {
  /** The exit code of an interrupted demo; undefined while it is not. */
  code: number | undefined;
  readonly #controller = new AbortController();
  readonly #listeners = SIGNALS.map(([signal, code]) => {
    const onSignal = () => {
      this.code ??= code;
      this.#controller.abort(new Error(`interrupted by ${signal}`));
    };
    Deno.addSignalListener(signal, onSignal);
    return [signal, onSignal] as const;
  });

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const [signal, onSignal] of this.#listeners) Deno.removeSignalListener(signal, onSignal);
  }
}

async function play(given: GivenFlags, folder: string, interrupt: Interrupt): Promise<number> {
  const begun = performance.now();
  const picture = given.text("svg");
  const death = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, death.signal]);
  const stage = new Stage({ signal, recordColumns: picture === undefined ? undefined : PICTURE_COLUMNS });
  const mesh = new DemoMesh(folder, stage, signal, (error) => death.abort(error));
  try {
    await tell(stage, mesh);
    if (given.has("keep")) {
      sayHowToTalkTo(mesh, stage);
      await abortOf(signal);
      death.signal.throwIfAborted();
    }
    await stopAll(mesh, stage);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    if (picture !== undefined) await savePicture(picture, stage);
    if (!given.has("keep")) stage.say(`All of it took ${seconds} s.`);
    return 0;
  } catch (error) {
    await mesh.stop();
    if (interrupt.code !== undefined) return interrupt.code;
    console.error(`demo: ${messageOf(death.signal.reason ?? error)}\n${await mesh.tails()}`);
    return 1;
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function stopAll(mesh: DemoMesh, stage: Stage): Promise<void> {
  stage.say("The agents are told to stop (SIGTERM):");
  const ended = await mesh.stop();
  for (const { name, code } of ended) stage.print(`${name} ended with exit code ${code}\n`);
  const failed = ended.find(({ code }) => code !== 0);
  if (failed) throw new Error(`agent ${failed.name} did not stop cleanly: exit code ${failed.code}`);
}

async function savePicture(file: string, stage: Stage): Promise<void> {
  const scenes = stage.scenes.filter(({ line }) => PICTURED.some((start) => line.startsWith(`edgemesh ${start}`)));
  await Deno.writeTextFile(file, draw(scenes, PICTURE_COLUMNS));
}

/** Says how to talk to the mesh. */
function sayHowToTalkTo(mesh: DemoMesh, stage: Stage): void {
  stage.print([
    "",
    "The mesh stays up until Ctrl-C. To talk to it, in this folder in another terminal:",
    "",
    `  deno task edgemesh devices --server ${mesh.address} --key-file ${mesh.keyFile}`,
    "",
    "or, for all commands that follow:",
    "",
    `  export EDGEMESH_SERVER=${mesh.address} EDGEMESH_DATA_DIR=${mesh.dataDir}`,
    "  deno task edgemesh run --device desktop -- cat render.log",
    "",
    "(without Deno installed: npx -y deno@2.9.3 task edgemesh …)",
    `Logs: ${mesh.folder}/*.log`,
    "",
  ].join("\n"));
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const { given, positionals } = parseFlags(FLAGS, args);
    if (positionals.length > 0) throw new UsageError(`unexpected argument ${positionals[0]}`);
    using interrupt = new Interrupt();
    const folder = await Deno.makeTempDir({ prefix: "edgemesh-demo-" });
    try {
      return await play(given, folder, interrupt);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  } catch (error) {
    console.error(`demo: ${messageOf(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
