import type { OllamaOptions } from "../stand_in/ollama.ts";
import type { OllamaRequest } from "../stand_in/ollama_request.ts";

/** What the README's model says, by what it is asked. */
const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/why is the sky blue/i, "Air scatters blue light more than red, so blue reaches us from all over the sky."],
  [
    /^Summarize the outputs of a job/,
    "One device told what it is. The other three tasks answered what they were given.",
  ],
];

/** The model server of the README's desktop: it writes about as fast as a small model does on a graphics card. */
export const README_OLLAMA: OllamaOptions = {
  models: [{ name: "llama3.2:3b" }],
  msPerPromptToken: 0.7,
  msPerToken: 13,
  say: (request) => ANSWERS.find(([asked]) => asked.test(textOf(request)))?.[1] ?? null,
  json: planFor,
};

function textOf({ prompt, messages = [] }: OllamaRequest): string {
  return prompt || messages.map(({ content }) => content).join("\n");
}

/** The plan for a job that describes every device, or else one: SYSINFO on each. */
function planFor(request: OllamaRequest) {
  const devices = [...textOf(request).matchAll(/"device_id":"([^"]+)"/g)].map(([, id]) => id);
  const every = /\bevery\b/.test(request.messages?.at(-1)?.content ?? "");
  const tasks = devices.slice(0, every ? Infinity : 1)
    .map((target_device_id) => ({ kind: "SYSINFO", input: "", target_device_id, max_output_tokens: 0 }));
  return { rationale: "SYSINFO says what a device is.", reduce: "CONCAT", groups: [{ tasks }] };
}
