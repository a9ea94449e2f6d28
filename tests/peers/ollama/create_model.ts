import { createHash } from "node:crypto";
import { CHAT_TEMPLATE } from "./chat_template.ts";
import { tinyModel, type TinyModelOptions } from "./tiny_model.ts";

/**
 * Gives an Ollama a tiny model under a name.
 *
 * @throws {Error} with what the server said when it does not take it
 */
export async function createModel(url: string, name: string, options: TinyModelOptions = {}): Promise<void> {
  const file = tinyModel(options);
  const digest = `sha256:${createHash("sha256").update(file).digest("hex")}`;
  await post(`${url}/api/blobs/${digest}`, file);
  await post(
    `${url}/api/create`,
    JSON.stringify({
      model: name,
      files: { "tiny.gguf": digest },
      template: CHAT_TEMPLATE,
      // Two threads wait for each other, on busy processors for long: up to 9 ms a token instead of 2.
      parameters: { num_thread: 1 },
      stream: false,
    }),
  );
}

async function post(url: string, body: BodyInit): Promise<void> {
  const response = await fetch(url, { method: "POST", body });
  const said = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${said.trim()}`);
}
