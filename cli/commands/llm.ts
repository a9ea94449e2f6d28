import { UsageError } from "../../agent/core/errors.ts";
import type { Command, CommandContext } from "../command.ts";
import { decimalNumber, wholeNumber } from "../command_line.ts";
import { deviceIdOf } from "../find_device.ts";
import { generated } from "../generation.ts";
import { MOST_PROMPT_BYTES, MOST_TOKENS, promptRequest, type PromptSettings } from "../generation_request.ts";
import { printDocument, printEvents, printPieces, printWhole } from "../generation_view.ts";

export const command: Command = {
  name: "llm",
  summary: "ask a local model of the mesh",
  usage: ["llm PROMPT [--model M] [--device DEVICE] [--max-tokens N] [--system TEXT] [--temperature X] [--stream]"],
  details:
    "The device that is predicted to finish first answers, or the one that is named. PROMPT may be several words, or - " +
    "for standard input, up to 4 MiB. Standard output gets what the model says, and nothing else: all of it at its end, " +
    "or with --stream piece by piece. On a terminal, what would control it is shown as \\x1b; elsewhere the output is as " +
    "the model wrote it. Ctrl-C stops the model, too.\n" +
    "It may take a day, or as long as --timeout says.\n" +
    "With --json: output, model_used, tokens_generated, error (empty), device_id, device_name, finish_reason (stop, or " +
    "length where a limit of tokens ended it) and stats; with --stream one message GenerateEvent a line. A failure is " +
    "an object in error, beside what the model had said.",
  flags: {
    model: { kind: "string", placeholder: "M", help: "answer with this model (`edgemesh models` lists them)" },
    device: { kind: "string", placeholder: "DEVICE", help: "answer on this device" },
    "max-tokens": {
      kind: "string",
      placeholder: "N",
      help: "end after so many tokens (default: the model's own limit)",
    },
    system: { kind: "string", placeholder: "TEXT", help: "what the model is told before the prompt" },
    temperature: {
      kind: "string",
      placeholder: "X",
      help: "0 (always the likeliest token) to 2 (default: the model's)",
    },
    stream: { kind: "boolean", help: "print each piece as it comes" },
  },
  arguments: { least: 1, most: Infinity },
  async run(context) {
    const { given, output, connect } = context;
    const settings = settingsOf(context);
    const prompt = await promptOf(context);
    const client = await connect();
    const device = given.text("device");
    const deviceId = device === undefined ? "" : await deviceIdOf(client, device);
    const events = generated(client, promptRequest(prompt, settings, deviceId));
    if (output.asJson) return await (given.has("stream") ? printEvents : printDocument)(events, output);
    return await (given.has("stream") ? printPieces : printWhole)(events, output);
  },
};

function settingsOf({ given }: CommandContext): PromptSettings {
  return {
    model: given.text("model"),
    maxTokens: wholeNumber(given, "max-tokens", { least: 1, most: MOST_TOKENS }),
    system: given.text("system"),
    temperature: decimalNumber(given, "temperature", { least: 0, most: 2 }),
  };
}

/** @throws {UsageError} when there is none, or one that is too long */
async function promptOf({ positionals, readInput }: CommandContext): Promise<string> {
  const isInput = positionals.length === 1 && positionals[0] === "-";
  const prompt = isInput ? await readInput("-", MOST_PROMPT_BYTES) : positionals.join(" ");
  if (prompt.trim() === "") {
    throw new UsageError(isInput ? "Cannot use standard input as prompt: it is empty" : "llm needs a PROMPT");
  }
  if (new TextEncoder().encode(prompt).length > MOST_PROMPT_BYTES) {
    throw new UsageError(`PROMPT is larger than ${MOST_PROMPT_BYTES / 1024 / 1024} MiB`);
  }
  return prompt;
}
