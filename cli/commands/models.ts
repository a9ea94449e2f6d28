import type { Command } from "../command.ts";
import { MODEL_COLUMNS, modelRow } from "../model_view.ts";
import { unlessTooOld } from "../too_old.ts";

export const command: Command = {
  name: "models",
  summary: "list the local models of the mesh",
  usage: ["models"],
  details: "Those of all devices that are online. The rates are measured: `edgemesh calibrate DEVICE` measures now; " +
    '- is not measured yet. With --json: {"models": […]}, each a message DeviceModel.',
  flags: {},
  arguments: { least: 0, most: 0 },
  async run({ output, connect }) {
    const client = await connect();
    const answer = await unlessTooOld(client.mesh("ListModels", {}), "listing models");
    if (output.asJson) return await output.json(answer);
    if (answer.models.length === 0) {
      return await output.line(
        "No device that is online has a local model: start Ollama on one, or its agent with --ollama or --openai-endpoint.",
      );
    }
    await output.table(MODEL_COLUMNS, answer.models.map((model) => modelRow(model, output.paint)));
    await output.line();
    await output.line(output.paint.dim("* what the device answers with when no model is named"));
  },
};
