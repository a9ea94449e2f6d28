/**
 * What the mesh adds to its models, and how well it predicts them, in one run:
 * `deno task bench models [--quick] [--markdown FILE] [--ollama URL] [--profile DIR]`. Model server, coordinator,
 * device and client are processes of their own on this machine. The model server is a stand-in with a steady pace; a real Ollama
 * is measured beside it where one is named.
 */
import { join, resolve } from "node:path";
import { measureCrowd } from "./models/measure_crowd.ts";
import { measurePredictions } from "./models/measure_predictions.ts";
import { measureStreams, type StreamCounts } from "./models/measure_streams.ts";
import { ModelMesh } from "./models/model_mesh.ts";
import { type Pace, startModelServer } from "./models/model_server.ts";
import { runMeasurement, type Workplace } from "./shared/measurement.ts";
import { profileFolder, profileSections } from "./shared/profile.ts";
import { fromSource, type Program } from "./shared/program.ts";
import { stepsSaid } from "./shared/steps.ts";
import type { Section } from "./shared/table.ts";

/** Streams at once. */
const CROWD = 64;

/** One stream of a fast model: 500 tokens/s. */
const FAST: Pace = { msPerToken: 2, msPerPromptToken: 0, parallel: 1 };

/** Many streams of a server that gives each 50 tokens/s, and all of them 3,200. */
const SHARED: Pace = { msPerToken: 20, msPerPromptToken: 0, parallel: CROWD };

/** As fast as the machine lets it. */
const UNPACED: Pace = { msPerToken: 0, msPerPromptToken: 0, parallel: CROWD };

/** 2,000 tokens/s of prompt, 500 of answer. */
const READING: Pace = { msPerToken: 2, msPerPromptToken: 0.5, parallel: 1 };

const ERROR = "predictions off by";

interface Extent {
  readonly streams: StreamCounts;
  readonly crowd: { readonly runs: number; readonly tokens: number };
  /** Prompts of each device whose prediction counts. */
  readonly prompts: number;
}

const FULL: Extent = {
  streams: { first: 300, streams: 20, tokens: 150 },
  crowd: { runs: 3, tokens: 100 },
  prompts: 30,
};

/** Enough to see that everything works; the figures say little. */
const QUICK: Extent = {
  streams: { first: 20, streams: 2, tokens: 50 },
  crowd: { runs: 1, tokens: 20 },
  prompts: 5,
};

async function measure(workplace: Workplace): Promise<Section[]> {
  const extent = workplace.quick ? QUICK : FULL;
  const { given } = workplace;
  const [profile, ollama] = [given.text("profile"), given.text("ollama")];
  if (profile !== undefined) return await measureProfiled(workplace, extent, resolve(profile));
  const { streams, crowd, prompts } = extent;
  const step = stepsSaid();
  const paced = (name: string, pace: Pace, run: (mesh: ModelMesh) => Promise<Section>) => {
    step(name);
    return withServer(workplace, { name, pace }, run);
  };
  const sections = [
    await paced("single streams", FAST, (mesh) => measureStreams(mesh, "one stream at a time, 500 tokens/s", streams)),
    await paced(
      "many streams",
      SHARED,
      (mesh) => measureCrowd(mesh, `${CROWD} streams at once, 50 tokens/s each`, { ...crowd, streams: CROWD }),
    ),
    await paced(
      "many fast streams",
      UNPACED,
      (mesh) => measureCrowd(mesh, `${CROWD} streams at once, as fast as it goes`, { ...crowd, streams: CROWD }),
    ),
    await paced("predictions", READING, (mesh) => measurePredictions(mesh, `${ERROR}, a steady server`, prompts)),
  ];
  if (ollama === undefined) return sections;
  step("Ollama");
  const own = (run: (mesh: ModelMesh) => Promise<Section>, name: string) =>
    withMesh(workplace, { name, server: ollama, parallel: 1 }, run);
  return [
    ...sections,
    await own((mesh) => measurePredictions(mesh, `${ERROR}, a real Ollama`, prompts), "ollama predictions"),
    await own((mesh) => measureStreams(mesh, "one stream at a time, a real Ollama", streams), "ollama streams"),
  ];
}

/** Many streams only, as fast as they go, and what both agents spent their time with. */
async function measureProfiled(workplace: Workplace, extent: Extent, target: string): Promise<Section[]> {
  const folders = {
    coordinator: await profileFolder(join(target, "coordinator")),
    device: await profileFolder(join(target, "device")),
  };
  const programs = {
    coordinator: fromSource({ profileTo: folders.coordinator }),
    device: fromSource({ profileTo: folders.device }),
  };
  const crowd = await withServer(
    workplace,
    { name: "profiled", pace: UNPACED, ...programs },
    (mesh) => measureCrowd(mesh, "under a profiler", { ...extent.crowd, streams: CROWD }),
  );
  return [
    crowd,
    ...await profileSections(folders.coordinator, "coordinator"),
    ...await profileSections(folders.device, "device"),
  ];
}

interface Setting {
  readonly name: string;
  readonly pace: Pace;
  readonly coordinator?: Program;
  readonly device?: Program;
}

async function withServer<T>(
  workplace: Workplace,
  { pace, ...setting }: Setting,
  run: (mesh: ModelMesh) => Promise<T>,
): Promise<T> {
  const server = await startModelServer(workplace.children, pace);
  const result = await withMesh(workplace, { ...setting, server: server.url, parallel: pace.parallel }, run);
  await server.stop();
  return result;
}

/** A mesh of its own, which has done nothing before. */
async function withMesh<T>(
  { children, folder }: Workplace,
  setting: Omit<Setting, "pace"> & { readonly server: string; readonly parallel: number },
  run: (mesh: ModelMesh) => Promise<T>,
): Promise<T> {
  const program = fromSource();
  const mesh = await ModelMesh.start({ children, folder, coordinator: program, device: program, ...setting });
  const result = await run(mesh);
  await mesh.stop();
  return result;
}

if (import.meta.main) {
  const flags = {
    ollama: { kind: "string", placeholder: "URL", help: "measure this Ollama, too, with the model that it has" },
    profile: {
      kind: "string",
      placeholder: "DIR",
      help: "run many streams as fast as they go only, with CPU profiles of both agents written there",
    },
  } as const;
  Deno.exit(await runMeasurement({ limitMs: 295_000, flags, measure }, Deno.args));
}
