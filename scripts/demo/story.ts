import { connect } from "../../mod.ts";
import type { DemoMesh } from "./demo_mesh.ts";
import type { Stage } from "./stage.ts";

/** Plays the demo: a mesh of three devices, and what can be done with it. @throws {Error} when a step fails */
export async function tell(stage: Stage, mesh: DemoMesh): Promise<void> {
  stage.say("Three agents on this machine, each with a data folder and a shared folder of its own, make a mesh:");
  await mesh.start();
  stage.say("From here on every command asks the laptop, which finds its key in its data folder.");
  stage.export({ EDGEMESH_SERVER: mesh.address, EDGEMESH_DATA_DIR: "$DEMO/laptop" });
  await stage.edgemesh("devices");
  stage.say("A file of each device, read where it lies:");
  await stage.edgemesh("run", "--device", "laptop", "--", "cat", "notes.txt");
  await stage.edgemesh("run", "--device", "desktop", "--", "cat", "render.log");
  stage.say("Whichever device has an NPU (npu-box only says that it has one):");
  await stage.edgemesh("run", "--policy", "require-npu", "--", "ls", "-l");
  await stage.edgemesh("run", "--policy", "require-npu", "--", "cat", "readings.csv");
  stage.say("The language models of the mesh: those of this machine's Ollama, where one runs, which desktop shares:");
  await stage.edgemesh("models");
  stage.say("What a plan with two prompts would cost on each device, before anything runs:");
  await stage.edgemesh("preview-cost", "docs/examples/plan.json");
  stage.say("A job is spread over the devices; its second group waits for the first:");
  await stage.edgemesh("submit", "--plan", "docs/examples/job.json");
  await stage.edgemesh("job", await newestJob(mesh), "--watch");
}

/** The id that `submit` has just printed. */
async function newestJob({ address, keyFile }: DemoMesh): Promise<string> {
  using mesh = await connect(address, { key: (await Deno.readTextFile(keyFile)).trim(), name: "demo" });
  const [job] = await mesh.jobs();
  if (!job) throw new Error("the submitted job is not in the list of jobs");
  return job.job_id;
}
