import { type HttpAnswer, type HttpCall, json } from "../http_call.ts";
import { deviceHeaders } from "./device_headers.ts";
import type { EmbeddingAsk } from "./embedding_request.ts";
import { meshFailure } from "./mesh_failure.ts";
import type { MeshModels } from "./mesh_models.ts";

/** Vectors, one for each input. https://platform.openai.com/docs/api-reference/embeddings */
export async function embeddingsAnswer(call: HttpCall, ask: EmbeddingAsk, mesh: MeshModels): Promise<HttpAnswer> {
  try {
    const { deviceId, deviceName, response } = await mesh.embed(ask.request, call.signal);
    const { model, prompt_tokens } = response;
    const data = response.embeddings.map(({ values }, index) => ({
      object: "embedding",
      index,
      embedding: ask.encoding === "base64" ? base64(values) : values,
    }));
    const body = { object: "list", data, model, usage: { prompt_tokens, total_tokens: prompt_tokens } };
    return json(body, 200, deviceHeaders(deviceId, deviceName));
  } catch (error) {
    throw meshFailure(error, mesh, { deviceId: ask.request.device_id, can: "embeds" });
  }
}

/** 32-bit floats, little-endian as every platform of Deno's. */
function base64(values: readonly number[]): string {
  return new Uint8Array(Float32Array.from(values).buffer).toBase64();
}
