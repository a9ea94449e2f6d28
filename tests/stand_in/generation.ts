import { delay } from "../../agent/core/abort.ts";
import type { ModelState } from "./model.ts";
import { cutAtStop, echoTokens, sharedStart, tokensOf } from "./speech.ts";
import type { Turns } from "./turns.ts";

/** How fast a stand-in is, in ms. */
export interface Speed {
  readonly loadMs: number;
  readonly msPerPromptToken: number;
  readonly msPerToken: number;
}

/** What a stand-in has to work with. */
export interface Capacity {
  readonly speed: Speed;
  readonly turns: Turns;
  /** Aborts when the stand-in stops. */
  readonly life: AbortSignal;
}

/** What a stand-in is asked to say, whatever the API. */
export interface SpeechRequest {
  /** All that it reads. */
  readonly prompt: string;
  /** Tokens at most; null = no limit, 0 = without end. */
  readonly maxTokens: number | null;
  readonly stops: readonly string[];
  /** What it says; null = the prompt's words. */
  readonly text: string | null;
}

/** What saying it took. Durations in ms, as they were: the first token comes with the end of reading the prompt. */
export interface Spoken {
  readonly finishReason: "stop" | "length";
  readonly promptTokens: number;
  /** Prompt tokens that it remembered from the prompt before. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly loadMs: number;
  readonly promptMs: number;
  readonly outputMs: number;
}

/** Who hears the tokens as they come. */
export interface Listener {
  /** `kind` tells thinking from the answer. Called `at` = 0, 1, … */
  onToken(token: string, kind: "thinking" | "answer", at: number): Promise<void>;
  /** Before each token, and before the end: faults happen here. */
  before(at: number): Promise<void>;
}

/** Tokens of an answer without a limit: what the prompt has, but no more than this. */
const USUAL_TOKENS = 64;

/** As many tokens take longer than any test. */
const WITHOUT_END = 1_000_000;

/**
 * Loads the model unless it is in memory. Requests that come meanwhile wait for the same loading.
 *
 * @param life of the stand-in: loading goes on when a client goes away, but not when that ends
 * @returns how long it took, in ms
 */
export async function load(model: ModelState, ms: number, life: AbortSignal, signal: AbortSignal): Promise<number> {
  const start = performance.now();
  if (!model.loaded) {
    model.loading ??= delay(ms, life)
      .then(() => void (model.loaded = true), () => {})
      .finally(() => model.loading = undefined);
    await untilAborted(model.loading, signal);
  }
  return performance.now() - start;
}

/** Waits for a turn, reads the prompt and says the answer, in the time that the speed asks for. */
export async function speak(
  model: ModelState,
  request: SpeechRequest,
  { speed, turns, life }: Capacity,
  listener: Listener,
  signal: AbortSignal,
): Promise<Spoken> {
  const loadMs = await load(model, speed.loadMs, life, signal);
  using _turn = await turns.take(signal);
  await listener.before(0);
  const promptStart = performance.now();
  const prompt = tokensOf(request.prompt);
  // As Ollama does: the last token is always read.
  const cachedTokens = Math.min(sharedStart(prompt, model.lastPrompt), Math.max(0, prompt.length - 1));
  model.lastPrompt = prompt;
  await passed(promptStart, (prompt.length - cachedTokens) * speed.msPerPromptToken, signal);
  const outputStart = performance.now();
  const { tokens, thinking, finishReason } = answerTo(request, model);
  for (const [at, token] of tokens.entries()) {
    if (at > 0) await listener.before(at);
    await passed(outputStart, at * speed.msPerToken, signal);
    signal.throwIfAborted();
    await listener.onToken(token, at < thinking ? "thinking" : "answer", at);
  }
  await listener.before(Math.max(tokens.length, 1));
  return {
    finishReason,
    promptTokens: prompt.length,
    cachedTokens,
    outputTokens: tokens.length,
    loadMs,
    promptMs: outputStart - promptStart,
    outputMs: performance.now() - outputStart,
  };
}

function answerTo(
  { prompt, text, maxTokens, stops }: SpeechRequest,
  model: ModelState,
): { tokens: string[]; thinking: number; finishReason: "stop" | "length" } {
  const thinking = tokensOf(model.given.thinking ?? "");
  const room = maxTokens === 0 ? WITHOUT_END : maxTokens ?? Infinity;
  const usual = Math.min(USUAL_TOKENS, prompt.split(/\s+/u).filter(Boolean).length || 1);
  const said = text === null ? echoTokens(prompt, maxTokens === null ? usual : room) : tokensOf(text);
  const cut = cutAtStop(said, stops);
  const all = [...thinking, ...cut.tokens];
  // The prompt's words go on until the limit.
  const isLong = all.length > room || (text === null && maxTokens !== null && !cut.stopped);
  return {
    tokens: all.slice(0, room),
    thinking: Math.min(thinking.length, room),
    finishReason: isLong ? "length" : "stop",
  };
}

/** Resolves `ms` after `start`, so that many short waits do not add up to more than they should. */
async function passed(start: number, ms: number, signal: AbortSignal): Promise<void> {
  const left = start + ms - performance.now();
  if (left > 0.5) await delay(left, signal);
}

function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}
