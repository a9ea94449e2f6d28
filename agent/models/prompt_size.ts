import type { GenerateRequest } from "../../proto/messages.ts";

/** Characters that a model has to read for a request. */
export function characterCount({ prompt, messages }: Pick<GenerateRequest, "prompt" | "messages">): number {
  return messages.reduce((sum, { content }) => sum + content.length, prompt.length);
}
