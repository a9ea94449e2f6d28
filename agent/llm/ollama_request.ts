import { outputFormat } from "./output_format.ts";
import type { ServerRequest } from "./types.ts";

/** What Ollama is asked, and where. What is not set is left out: to Ollama, a `num_predict` of 0 means without end. */
export function generationBody(request: ServerRequest): { path: string; body: Record<string, unknown> } {
  const { model, prompt, messages, maxTokens, sampling } = request;
  const format = outputFormat(request.format);
  const isChat = messages.length > 0;
  const options = {
    num_predict: maxTokens > 0 ? maxTokens : undefined,
    temperature: sampling?.temperature,
    top_p: sampling?.top_p,
    seed: sampling?.seed,
    frequency_penalty: sampling?.frequency_penalty,
    presence_penalty: sampling?.presence_penalty,
    stop: sampling?.stop.length ? sampling.stop : undefined,
  };
  return {
    path: isChat ? "/api/chat" : "/api/generate",
    body: {
      model,
      ...(isChat ? { messages: messages.map(({ role, content }) => ({ role, content })) } : { prompt }),
      stream: true,
      options,
      ...(format.kind === "text" ? {} : { format: format.kind === "json" ? "json" : format.schema }),
    },
  };
}
