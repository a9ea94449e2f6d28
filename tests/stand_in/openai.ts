import type { Fault } from "./fault.ts";
import { embedding } from "./embedding.ts";
import { speak, type Speed, type Spoken } from "./generation.ts";
import type { HttpExchange } from "./http_exchange.ts";
import { meetFault, SERVER_SENT_EVENTS } from "./meet_fault.ts";
import { ModelState, type StandInModel } from "./model.ts";
import { envelope, modelsBody, OPENAI_ERRORS, timings, usage } from "./openai_bodies.ts";
import { type OpenAiRequest, speechOf } from "./openai_request.ts";
import type { RecordedRequest } from "./recorded_requests.ts";
import { tokensOf } from "./speech.ts";
import { StandInServer } from "./stand_in_server.ts";
import { Turns } from "./turns.ts";

export { OPENAI_ERRORS };
export type { Fault, RecordedRequest, StandInModel };

const JSON_TYPE = "application/json; charset=utf-8";

/** What a stand-in for a server of the OpenAI kind is like. All can be left out. */
export interface OpenAiOptions extends Partial<Speed> {
  /** Default: one, `llama-3.2-3b`. Their names are used as they are. */
  readonly models?: readonly StandInModel[];
  /** `llama.cpp` reports timings and the sizes of models, `lm-studio` does not. Default `llama.cpp`. */
  readonly like?: "llama.cpp" | "lm-studio";
  /** What it does with `stream_options`: counts, says nothing, or refuses the request. Default: counts. */
  readonly usage?: "counts" | "ignored" | "refused";
  readonly parallel?: number;
  /** What it says, from the request; null = the prompt's words, exactly `max_tokens` of them where that is given. */
  readonly say?: (request: OpenAiRequest) => string | null;
  /** What it says where a `response_format` is asked for; default `{}`. */
  readonly json?: (request: OpenAiRequest) => unknown;
  readonly port?: number;
}

/** An HTTP stand-in for llama.cpp's server or LM Studio on a loopback port. Otherwise as the one for Ollama. */
export class StandInOpenAi extends StandInServer {
  readonly #models = new Map<string, ModelState>();
  readonly #options: OpenAiOptions;
  /** Tests may change these while it runs. */
  speed: Speed;
  say: (request: OpenAiRequest) => string | null;
  json: (request: OpenAiRequest) => unknown;

  private constructor(options: OpenAiOptions) {
    const { loadMs = 0, msPerPromptToken = 0, msPerToken = 0, parallel = 1 } = options;
    super(new Turns(parallel, Infinity), ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"]);
    this.#options = options;
    this.speed = { loadMs, msPerPromptToken, msPerToken };
    this.say = options.say ?? (() => null);
    this.json = options.json ?? (() => ({}));
    this.models = options.models ?? [{ name: "llama-3.2-3b" }];
  }

  static start(options: OpenAiOptions = {}): Promise<StandInOpenAi> {
    const server = new StandInOpenAi(options);
    server.listen(options.port);
    return Promise.resolve(server);
  }

  set models(models: readonly StandInModel[]) {
    this.#models.clear();
    for (const model of models) this.#models.set(model.name, new ModelState(model));
  }

  get models(): readonly StandInModel[] {
    return [...this.#models.values()].map((model) => ({ ...model.given, loaded: model.loaded }));
  }

  get #isLlamaCpp(): boolean {
    return this.#options.like !== "lm-studio";
  }

  protected override async answer(
    exchange: HttpExchange,
    record: RecordedRequest,
    body: OpenAiRequest | null,
  ): Promise<void> {
    const { method, path } = exchange.request;
    const json = (status: number, text: string) => exchange.respond(status, JSON_TYPE, text);
    if (method === "GET" && path === "/v1/models") {
      return await json(200, modelsBody(this.#models.values(), this.#isLlamaCpp));
    }
    const isChat = path === "/v1/chat/completions";
    if (method !== "POST" || !(isChat || path === "/v1/completions" || path === "/v1/embeddings")) {
      return await json(404, OPENAI_ERRORS.notFound);
    }
    const fault = this.faultOf(record);
    if (fault?.kind === "answer") await meetFault(fault, 0, exchange);
    if (!body) return await json(400, OPENAI_ERRORS.badJson);
    const model = this.#models.get(body.model ?? "");
    if (!model) return await json(404, OPENAI_ERRORS.unknownModel(body.model ?? ""));
    if (path === "/v1/embeddings") return await this.#embed(exchange, model, body, fault);
    if (body.stream_options && this.#options.usage === "refused") return await json(400, OPENAI_ERRORS.noUsage);
    await this.#generate({ exchange, record, model, body, isChat, fault });
  }

  async #embed(exchange: HttpExchange, model: ModelState, body: OpenAiRequest, fault: Fault | null): Promise<void> {
    if (fault) await meetFault(fault, 0, exchange, SERVER_SENT_EVENTS);
    if (model.given.embeds === false) return await exchange.respond(501, JSON_TYPE, OPENAI_ERRORS.noEmbeddings);
    const inputs = typeof body.input === "string" ? [body.input] : body.input ?? [];
    const tokens = inputs.reduce((count, input) => count + tokensOf(input).length, 0);
    const data = inputs.map((input, index) => ({
      object: "embedding",
      index,
      embedding: embedding(input, model.dimensions),
    }));
    await exchange.respond(
      200,
      JSON_TYPE,
      JSON.stringify({
        object: "list",
        data,
        model: body.model,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      }),
    );
  }

  async #generate(work: Generation): Promise<void> {
    const { exchange, record, model, body, isChat, fault } = work;
    const fixed = envelope(body, isChat);
    let text = "";
    const event = async (data: string) => {
      if (!exchange.begun) exchange.begin(200, SERVER_SENT_EVENTS.contentType);
      await exchange.write(SERVER_SENT_EVENTS.frame(data));
    };
    const chunk = (choices: unknown[], more: Record<string, unknown> = {}) =>
      event(JSON.stringify({ ...fixed, choices, ...more }));
    const { loadMs, msPerPromptToken, msPerToken } = { ...this.speed, ...model.given };
    const capacity = { speed: { loadMs, msPerPromptToken, msPerToken }, turns: this.turns, life: this.life };
    const spoken = await speak(model, speechOf(body, this.say, this.json), capacity, {
      before: async (at) => {
        if (fault) await meetFault(fault, at, exchange, SERVER_SENT_EVENTS);
      },
      onToken: async (token, kind, at) => {
        if (kind === "answer") text += token;
        if (body.stream) {
          const role = { index: 0, delta: { role: "assistant", content: null }, finish_reason: null };
          if (isChat && at === 0) await chunk([role]);
          await chunk([{ index: 0, ...piece(token, kind, isChat), finish_reason: null }]);
        }
        record.pieces += 1;
        this.record.changed();
      },
    }, exchange.gone);
    const measured = this.#isLlamaCpp ? timings(spoken) : {};
    if (!body.stream) {
      const said = isChat ? { message: { role: "assistant", content: text } } : { text };
      const choices = [{ index: 0, ...said, finish_reason: spoken.finishReason }];
      const answer = { ...fixed, choices, ...usage(spoken), ...measured };
      return await exchange.respond(200, JSON_TYPE, JSON.stringify(answer));
    }
    const last = isChat ? { delta: {} } : { text: "" };
    const counts = this.#counts(body, spoken);
    // Where usage is asked for, llama.cpp tells of its timings with it.
    await chunk([{ index: 0, ...last, finish_reason: spoken.finishReason }], counts ? {} : measured);
    if (counts) await chunk([], { ...counts, ...measured });
    await event("[DONE]");
    await exchange.end();
  }

  #counts(body: OpenAiRequest, spoken: Spoken) {
    return body.stream_options?.include_usage && this.#options.usage !== "ignored" ? usage(spoken) : null;
  }
}

interface Generation {
  readonly exchange: HttpExchange;
  readonly record: RecordedRequest;
  readonly model: ModelState;
  readonly body: OpenAiRequest;
  readonly isChat: boolean;
  readonly fault: Fault | null;
}

function piece(token: string, kind: "thinking" | "answer", isChat: boolean) {
  if (!isChat) return { text: kind === "answer" ? token : "" };
  return { delta: kind === "answer" ? { content: token } : { reasoning_content: token } };
}
