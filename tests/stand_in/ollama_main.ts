/**
 * A stand-in for Ollama as a process of its own, until SIGINT or SIGTERM. Prints its URL.
 *
 *     deno run -A tests/stand_in/ollama_main.ts --port 0 --model llama3.2 --model nomic-embed-text:embedding \
 *       --ms-per-prompt-token 0.5 --ms-per-token 5 --load-ms 0 --parallel 4
 *
 * A model's name may be followed by `:embedding` (makes embeddings only) or `:cold` (is not in memory).
 */
import { parseArgs } from "node:util";
import { untilStopped } from "./main_signal.ts";
import { StandInOllama } from "./ollama.ts";
import type { StandInModel } from "./model.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "0" },
    model: { type: "string", multiple: true, default: ["llama3.2"] },
    "ms-per-prompt-token": { type: "string", default: "0" },
    "ms-per-token": { type: "string", default: "0" },
    "load-ms": { type: "string", default: "0" },
    parallel: { type: "string", default: "1" },
    queue: { type: "string", default: "512" },
  },
});

await using ollama = await StandInOllama.start({
  port: Number(values.port),
  models: values.model.map(modelOf),
  msPerPromptToken: Number(values["ms-per-prompt-token"]),
  msPerToken: Number(values["ms-per-token"]),
  loadMs: Number(values["load-ms"]),
  parallel: Number(values.parallel),
  maxQueue: Number(values.queue),
});
console.log(ollama.url);

await untilStopped();

function modelOf(text: string): StandInModel {
  const [, name = text, kind] = /^(.*?):(embedding|cold)$/.exec(text) ?? [];
  return {
    name,
    loaded: kind !== "cold",
    ...(kind === "embedding" ? { capabilities: ["embedding"], family: "nomic-bert" } : {}),
  };
}
