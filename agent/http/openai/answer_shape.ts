import type { GenerationEnd } from "../../../proto/messages.ts";

/** What is the same in all parts of an answer. */
export interface AnswerHead {
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
}

/** How the answers of one kind of request look. */
export interface AnswerShape {
  readonly idPrefix: string;
  readonly wholeObject: string;
  readonly chunkObject: string;
  /** The choice of a whole answer. */
  whole(text: string, finishReason: string): unknown;
  /** The choice of a stream's first event; null where it begins with text. */
  readonly opening: unknown;
  /** A choice with a piece of text, as JSON, without the piece: what comes before its JSON, and what after it. */
  readonly piece: readonly [before: string, after: string];
  /** The choice of the event that ends the text. */
  closing(finishReason: string): unknown;
}

/** Counts as OpenAI names them; 0 where the model server does not say. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export function usageOf({ stats }: GenerationEnd): Usage {
  const { prompt_tokens = 0, output_tokens = 0 } = stats ?? {};
  return { prompt_tokens, completion_tokens: output_tokens, total_tokens: prompt_tokens + output_tokens };
}

/** Why an answer ended, in OpenAI's words. */
export function finishReasonOf({ finish_reason }: GenerationEnd): "stop" | "length" {
  return finish_reason === "length" ? "length" : "stop";
}

/** The fields of an answer or an event, in OpenAI's order. */
export function envelope({ id, created, model }: AnswerHead, object: string, choices: readonly unknown[]) {
  return { id, object, created, model, choices };
}

/** https://platform.openai.com/docs/api-reference/chat */
export const CHAT: AnswerShape = {
  idPrefix: "chatcmpl-",
  wholeObject: "chat.completion",
  chunkObject: "chat.completion.chunk",
  whole: (text, finish_reason) => ({
    index: 0,
    message: { role: "assistant", content: text, refusal: null },
    logprobs: null,
    finish_reason,
  }),
  opening: { index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null },
  piece: ['{"index":0,"delta":{"content":', '},"logprobs":null,"finish_reason":null}'],
  closing: (finish_reason) => ({ index: 0, delta: {}, logprobs: null, finish_reason }),
};

/** https://platform.openai.com/docs/api-reference/completions */
export const COMPLETION: AnswerShape = {
  idPrefix: "cmpl-",
  wholeObject: "text_completion",
  chunkObject: "text_completion",
  whole: (text, finish_reason) => ({ index: 0, text, logprobs: null, finish_reason }),
  opening: null,
  piece: ['{"index":0,"text":', ',"logprobs":null,"finish_reason":null}'],
  closing: (finish_reason) => ({ index: 0, text: "", logprobs: null, finish_reason }),
};
