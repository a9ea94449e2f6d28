import { MeshError } from "../core/errors.ts";
import { HttpRefusal } from "./http_refusal.ts";
import { amountOf, countOf, isObject, objectOf, objectsOf, textOf } from "./json_value.ts";
import { listed } from "./model_name.ts";
import { OpenAiAnswer } from "./openai_answer.ts";
import { servedModel } from "./openai_models.ts";
import { chatBody } from "./openai_request.ts";
import { SERVER_LIMITS, ServerHttp, type ServerLimits } from "./server_http.ts";
import type { Embedded, Generated, ModelServer, ServedModel, ServerRequest } from "./types.ts";
import { vectorsOf } from "./vectors.ts";

const CHAT = "/v1/chat/completions";

/**
 * A server with an API of the OpenAI kind: llama.cpp's, LM Studio and others. No key is sent. A prompt is sent as a chat
 * of one message, since `/v1/completions` would leave out the model's own template.
 */
export class OpenAiEndpoint implements ModelServer {
  readonly kind = "openai";
  readonly endpoint: string;
  readonly #http: ServerHttp;
  /** Some servers refuse `stream_options`; they are not asked for it again. */
  #tellsUsage = true;

  /** @param endpoint e.g. `http://localhost:8080`; a `/v1` at its end is left out */
  constructor(endpoint: string, limits: Partial<ServerLimits> = {}) {
    this.endpoint = endpoint.replace(/\/+$/, "").replace(/\/v1$/, "");
    this.#http = new ServerHttp(this.endpoint, "the OpenAI endpoint", { ...SERVER_LIMITS, ...limits });
  }

  async models(signal: AbortSignal): Promise<ServedModel[]> {
    const { data } = await this.#list(signal);
    return data.map(servedModel);
  }

  async generate(request: ServerRequest, onText: (text: string) => void, signal: AbortSignal): Promise<Generated> {
    try {
      return await this.#generate(request, onText, signal);
    } catch (error) {
      if (!(error instanceof HttpRefusal)) throw error;
      const isUsageRefused = this.#tellsUsage && [400, 422].includes(error.status) &&
        /stream_options|include_usage/.test(error.text);
      if (!isUsageRefused) throw await this.#failure(error, request.model, signal);
    }
    this.#tellsUsage = false;
    return await this.#asking(request.model, signal, () => this.#generate(request, onText, signal));
  }

  async embed(model: string, inputs: readonly string[], signal: AbortSignal): Promise<Embedded> {
    const body = { model, input: inputs, encoding_format: "float" };
    const ask = () => this.#http.json("/v1/embeddings", body, this.#http.limits.firstPieceMs, signal);
    const answer = objectOf(await this.#asking(model, signal, ask));
    // Each tells its place; OpenAI sends them in order, which not every server promises.
    const entries = objectsOf(answer.data).sort((a, b) => amountOf(a.index) - amountOf(b.index));
    return {
      embeddings: vectorsOf(entries.map(({ embedding }) => embedding), inputs.length, this.#http.server),
      promptTokens: countOf(objectOf(answer.usage).prompt_tokens),
    };
  }

  async #generate(request: ServerRequest, onText: (text: string) => void, signal: AbortSignal): Promise<Generated> {
    const answer = new OpenAiAnswer(this.#http.server, onText);
    await this.#http.stream(CHAT, chatBody(request, this.#tellsUsage), answer, signal);
    return answer.generated();
  }

  async #asking<T>(model: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw error instanceof HttpRefusal ? await this.#failure(error, model, signal) : error;
    }
  }

  /** What is said of a model that is not there names those that are. */
  async #failure(refusal: HttpRefusal, model: string, signal: AbortSignal): Promise<MeshError> {
    if (!refusal.isUnknownModel) return refusal.toMeshError(this.#http.server);
    const names = (await this.#list(signal)).data.map(({ id }) => textOf(id));
    return new MeshError("NOT_FOUND", `${this.#http.server} has no model '${model}'; it has: ${listed(names)}`);
  }

  async #list(signal: AbortSignal) {
    try {
      const answer = await this.#http.json("/v1/models", null, this.#http.limits.listMs, signal);
      if (isObject(answer) && Array.isArray(answer.data)) return { data: objectsOf(answer.data) };
    } catch (error) {
      throw error instanceof HttpRefusal ? error.toMeshError(this.#http.server) : error;
    }
    throw new MeshError("INTERNAL", `${this.#http.server} sent no list of models for /v1/models; is it one?`);
  }
}
