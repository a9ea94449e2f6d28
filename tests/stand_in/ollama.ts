import { embedding } from "./embedding.ts";
import type { Fault } from "./fault.ts";
import { type Capacity, load, speak, type SpeechRequest, type Speed } from "./generation.ts";
import type { HttpExchange } from "./http_exchange.ts";
import { JSON_LINES, meetFault } from "./meet_fault.ts";
import { ModelState, type StandInModel, withTag } from "./model.ts";
import { metrics, ns, OLLAMA_ERRORS, psBody, showBody, tagsBody } from "./ollama_bodies.ts";
import { askedOf, type OllamaRequest } from "./ollama_request.ts";
import type { RecordedRequest } from "./recorded_requests.ts";
import { StandInServer } from "./stand_in_server.ts";
import { tokensOf } from "./speech.ts";
import { TooManyWaiting, Turns } from "./turns.ts";

export { OLLAMA_ERRORS };
export type { Fault, RecordedRequest, StandInModel };

const JSON_TYPE = "application/json; charset=utf-8";

/** What a stand-in for Ollama is like. All can be left out. */
export interface OllamaOptions extends Partial<Speed> {
  /** Default: one, `llama3.2:latest`, in memory. */
  readonly models?: readonly StandInModel[];
  /** Requests that it works on at once, as `OLLAMA_NUM_PARALLEL`; default 1. */
  readonly parallel?: number;
  /** Requests that may wait, as `OLLAMA_MAX_QUEUE`; default 512. */
  readonly maxQueue?: number;
  /** What it says, from the request; null = the prompt's words, exactly `num_predict` of them where that is given. */
  readonly say?: (request: OllamaRequest) => string | null;
  /** What it says where a `format` is asked for; default `{}`. */
  readonly json?: (request: OllamaRequest) => unknown;
  readonly version?: string;
  readonly port?: number;
}

/**
 * An HTTP stand-in for Ollama on a loopback port, which answers as its documentation says and as version 0.13 does. Tokens
 * are words. It is as fast as it can unless it is told otherwise, and reports the durations that it really took. Like
 * Ollama, it does not read again what a prompt has in common with the prompt before.
 */
export class StandInOllama extends StandInServer {
  readonly #models = new Map<string, ModelState>();
  /** Tests may change these while it runs. */
  speed: Speed;
  say: (request: OllamaRequest) => string | null;
  json: (request: OllamaRequest) => unknown;
  version: string;

  private constructor(options: OllamaOptions) {
    const { loadMs = 0, msPerPromptToken = 0, msPerToken = 0, parallel = 1, maxQueue = 512 } = options;
    super(new Turns(parallel, maxQueue), ["/api/chat", "/api/generate", "/api/embed"]);
    this.speed = { loadMs, msPerPromptToken, msPerToken };
    this.say = options.say ?? (() => null);
    this.json = options.json ?? (() => ({}));
    this.version = options.version ?? "0.13.5";
    this.models = options.models ?? [{ name: "llama3.2:latest" }];
  }

  static start(options: OllamaOptions = {}): Promise<StandInOllama> {
    const ollama = new StandInOllama(options);
    ollama.listen(options.port);
    return Promise.resolve(ollama);
  }

  set models(models: readonly StandInModel[]) {
    this.#models.clear();
    for (const model of models.map((given) => new ModelState(given))) this.#models.set(model.name, model);
  }

  get models(): readonly StandInModel[] {
    return [...this.#models.values()].map((model) => ({ ...model.given, loaded: model.loaded }));
  }

  /** Brings a model into memory, or takes it out, as Ollama does when it was not used for a while. */
  setLoaded(name: string, loaded: boolean): void {
    const model = this.#models.get(withTag(name));
    if (!model) throw new Error(`no model ${name}`);
    model.loaded = loaded;
    model.lastPrompt = [];
  }

  /** Starts it again on its port, with nothing in memory. */
  override restart(): void {
    for (const { name } of this.#models.values()) this.setLoaded(name, false);
    super.restart();
  }

  protected override async answer(
    exchange: HttpExchange,
    record: RecordedRequest,
    body: OllamaRequest | null,
  ): Promise<void> {
    const { method, path } = exchange.request;
    const route = ROUTES[path];
    if (!route) return await exchange.respond(404, "text/plain", "404 page not found");
    if (route !== method) return await exchange.respond(405, "text/plain", "405 method not allowed");
    if (method === "POST" && exchange.request.body === "") {
      return await respondError(exchange, 400, "missing request body");
    }
    if (method === "POST" && !body) return await respondError(exchange, 400, "invalid character in JSON");
    await this.#work(exchange, record, body ?? {});
  }

  async #work(exchange: HttpExchange, record: RecordedRequest, body: OllamaRequest): Promise<void> {
    const json = (text: string) => exchange.respond(200, JSON_TYPE, text);
    switch (record.path) {
      case "/api/version":
        return await json(JSON.stringify({ version: this.version }));
      case "/api/tags":
        return await json(tagsBody(this.#models.values()));
      case "/api/ps":
        return await json(psBody(this.#models.values()));
      case "/api/show":
        return await this.#show(exchange, body);
      case "/api/embed":
        return await this.#embed(exchange, record, body);
      default:
        return await this.#generate(exchange, record, body);
    }
  }

  async #show(exchange: HttpExchange, body: OllamaRequest): Promise<void> {
    const name = body.model ?? body.name;
    if (!name) return await respondError(exchange, 400, "model is required");
    const model = this.#models.get(withTag(name));
    if (!model) return await exchange.respond(404, JSON_TYPE, OLLAMA_ERRORS.notFound(name));
    await exchange.respond(200, JSON_TYPE, showBody(model));
  }

  async #embed(exchange: HttpExchange, record: RecordedRequest, body: OllamaRequest): Promise<void> {
    const start = performance.now();
    const name = body.model ?? "";
    const inputs = typeof body.input === "string" ? [body.input] : body.input ?? [];
    const model = this.#models.get(withTag(name));
    const fault = this.faultOf(record);
    if (fault) await meetFault(fault, 0, exchange);
    if (!model) return await exchange.respond(404, JSON_TYPE, OLLAMA_ERRORS.notFoundToEmbed(name));
    if (model.given.embeds === false) {
      return await exchange.respond(501, JSON_TYPE, OLLAMA_ERRORS.cannotEmbed);
    }
    const { speed, life } = this.#capacity(model);
    const loadMs = await load(model, speed.loadMs, life, exchange.gone);
    await exchange.respond(
      200,
      JSON_TYPE,
      JSON.stringify({
        model: name,
        embeddings: inputs.map((input) => embedding(input, model.dimensions)),
        total_duration: ns(performance.now() - start),
        load_duration: ns(loadMs),
        prompt_eval_count: inputs.reduce((count, input) => count + tokensOf(input).length, 0),
      }),
    );
  }

  async #generate(exchange: HttpExchange, record: RecordedRequest, body: OllamaRequest): Promise<void> {
    const start = performance.now();
    const chat = record.path === "/api/chat";
    const name = body.model ?? "";
    const fault = this.faultOf(record);
    if (fault?.kind === "answer") await meetFault(fault, 0, exchange);
    if (chat && !name) return await respondError(exchange, 400, "model is required");
    const model = this.#models.get(withTag(name));
    if (!model) return await exchange.respond(404, JSON_TYPE, OLLAMA_ERRORS.notFound(name));
    if (!model.generates) {
      return await exchange.respond(400, JSON_TYPE, OLLAMA_ERRORS.cannot(name, chat ? "chat" : "generate"));
    }
    const asked = askedOf(body, chat, this.say, this.json);
    if (asked.invalidFormat) return await respondError(exchange, 500, asked.invalidFormat);
    if (asked.isEmpty) return await this.#loadOnly(exchange, body, model, chat);
    await this.#stream(exchange, record, { name, chat, start, fault, model, body, speech: asked.speech });
    if (body.keep_alive === 0 || body.keep_alive === "0") this.setLoaded(name, false);
  }

  /** Without a prompt, Ollama loads the model, or takes it out of memory. */
  async #loadOnly(exchange: HttpExchange, body: OllamaRequest, model: ModelState, chat: boolean): Promise<void> {
    const unload = body.keep_alive === 0 || body.keep_alive === "0";
    if (unload) this.setLoaded(model.name, false);
    else await load(model, this.#capacity(model).speed.loadMs, this.life, exchange.gone);
    const said = chat ? { message: { role: "assistant", content: "" } } : { response: "" };
    const reason = unload ? "unload" : "load";
    await exchange.respond(
      200,
      JSON_TYPE,
      JSON.stringify({ model: body.model, created_at: now(), ...said, done: true, done_reason: reason }),
    );
  }

  async #stream(exchange: HttpExchange, record: RecordedRequest, work: Generation): Promise<void> {
    const { name, chat, start, fault, model, body, speech } = work;
    const streams = body.stream !== false;
    const said = { thinking: "", answer: "" };
    const part = (text: string, kind: "thinking" | "answer") => {
      const thinking = kind === "thinking" ? { thinking: text } : {};
      const content = kind === "answer" ? text : "";
      return chat ? { message: { role: "assistant", content, ...thinking } } : { response: content, ...thinking };
    };
    const line = async (value: unknown) => {
      if (!exchange.begun) exchange.begin(200, JSON_LINES.contentType);
      await exchange.write(JSON_LINES.frame(JSON.stringify(value)));
    };
    try {
      const spoken = await speak(model, speech, this.#capacity(model), {
        before: async (at) => {
          if (fault) await meetFault(fault, at, exchange);
        },
        onToken: async (token, kind) => {
          said[kind] += token;
          if (streams) await line({ model: name, created_at: now(), ...part(token, kind), done: false });
          record.pieces += 1;
          this.record.changed();
        },
      }, exchange.gone);
      const context = chat ? {} : { context: [1, 2, 3] };
      const end = { done: true, done_reason: spoken.finishReason, ...context };
      const measured = metrics(spoken, performance.now() - start);
      if (streams) {
        await line({ model: name, created_at: now(), ...part("", "answer"), ...end, ...measured });
        return await exchange.end();
      }
      const thinking = said.thinking ? { thinking: said.thinking } : {};
      const whole = chat
        ? { message: { role: "assistant", content: said.answer, ...thinking } }
        : { response: said.answer, ...thinking };
      await exchange.respond(
        200,
        JSON_TYPE,
        JSON.stringify({ model: name, created_at: now(), ...whole, ...end, ...measured }),
      );
    } catch (error) {
      if (!(error instanceof TooManyWaiting)) throw error;
      await exchange.respond(503, JSON_TYPE, OLLAMA_ERRORS.busy);
    }
  }

  #capacity(model: ModelState): Capacity {
    const { loadMs, msPerPromptToken, msPerToken } = { ...this.speed, ...model.given };
    return { speed: { loadMs, msPerPromptToken, msPerToken }, turns: this.turns, life: this.life };
  }
}

interface Generation {
  readonly name: string;
  readonly chat: boolean;
  readonly start: number;
  readonly fault: Fault | null;
  readonly model: ModelState;
  readonly body: OllamaRequest;
  readonly speech: SpeechRequest;
}

const ROUTES: Readonly<Record<string, "GET" | "POST">> = {
  "/api/version": "GET",
  "/api/tags": "GET",
  "/api/ps": "GET",
  "/api/show": "POST",
  "/api/chat": "POST",
  "/api/generate": "POST",
  "/api/embed": "POST",
};

function now(): string {
  return new Date().toISOString();
}

function respondError(exchange: HttpExchange, status: number, error: string): Promise<void> {
  return exchange.respond(status, JSON_TYPE, JSON.stringify({ error }));
}
