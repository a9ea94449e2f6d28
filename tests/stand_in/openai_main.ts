/**
 * A stand-in for llama.cpp's server as a process of its own, until SIGINT or SIGTERM. Prints its URL.
 *
 *     deno run -A tests/stand_in/openai_main.ts --port 0 --model llama-3.2-3b --ms-per-prompt-token 0.5 --ms-per-token 5 \
 *       --parallel 4
 */
import { parseArgs } from "node:util";
import { untilStopped } from "./main_signal.ts";
import { StandInOpenAi } from "./openai.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "0" },
    model: { type: "string", multiple: true, default: ["llama-3.2-3b"] },
    "ms-per-prompt-token": { type: "string", default: "0" },
    "ms-per-token": { type: "string", default: "0" },
    parallel: { type: "string", default: "1" },
  },
});

await using server = await StandInOpenAi.start({
  port: Number(values.port),
  models: values.model.map((name) => ({ name })),
  msPerPromptToken: Number(values["ms-per-prompt-token"]),
  msPerToken: Number(values["ms-per-token"]),
  parallel: Number(values.parallel),
});
console.log(server.url);
await untilStopped();
