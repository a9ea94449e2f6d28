import type { Child, Children } from "../shared/children.ts";
import { LineReader } from "../shared/line_reader.ts";
import { moduleProgram, projectFile } from "../shared/program.ts";

/** A program that stands in for Ollama and says tokens at a steady pace. */
const STAND_IN = projectFile("tests/stand_in/ollama_main.ts");

const READY_LIMIT_MS = 30_000;

/** How fast a model server is. */
export interface Pace {
  /** Per token of the answer, in ms; 0 = as fast as it can. */
  readonly msPerToken: number;
  /** Per token of the prompt, in ms. */
  readonly msPerPromptToken: number;
  /** Answers at once. */
  readonly parallel: number;
}

/** A model server process. */
export interface ModelServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws {Error} when it does not say where it listens */
export async function startModelServer(children: Children, pace: Pace): Promise<ModelServer> {
  const { command, args, env } = moduleProgram(STAND_IN);
  const flags = {
    "--ms-per-token": pace.msPerToken,
    "--ms-per-prompt-token": pace.msPerPromptToken,
    "--parallel": pace.parallel,
  };
  const child: Child = children.spawn(command, {
    args: [...args, ...Object.entries(flags).flatMap(([name, value]) => [name, String(value)])],
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
  const url = await new LineReader(child.process.stdout).next(READY_LIMIT_MS);
  if (!url?.startsWith("http://")) throw new Error("the stand-in for a model server did not become ready");
  return { url, stop: () => child.stop() };
}
