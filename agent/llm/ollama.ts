import { MeshError } from "../core/errors.ts";
import { HttpRefusal } from "./http_refusal.ts";
import { countOf, isObject, type JsonObject, objectOf, objectsOf, textOf } from "./json_value.ts";
import { listed } from "./model_name.ts";
import { OllamaAnswer } from "./ollama_answer.ts";
import { type Abilities, abilitiesByFamily, abilitiesOf, isLocal, nameOf, servedModel } from "./ollama_models.ts";
import { generationBody } from "./ollama_request.ts";
import { SERVER_LIMITS, ServerHttp, type ServerLimits } from "./server_http.ts";
import type { Embedded, Generated, ModelServer, ServedModel, ServerRequest } from "./types.ts";
import { vectorsOf } from "./vectors.ts";

/** Models that are asked at once what they can do. */
const SHOWN_AT_ONCE = 8;

/** Ollama, by its own HTTP API (docs/api.md of github.com/ollama/ollama; tried with 0.13). */
export class OllamaServer implements ModelServer {
  readonly kind = "ollama";
  readonly endpoint: string;
  readonly #http: ServerHttp;
  /** What models can do, by the digest of the model, so that each is asked once. */
  #abilities = new Map<string, Abilities>();

  /** @param endpoint e.g. `http://localhost:11434` */
  constructor(endpoint: string, limits: Partial<ServerLimits> = {}) {
    this.endpoint = endpoint.replace(/\/+$/, "");
    this.#http = new ServerHttp(this.endpoint, "Ollama", { ...SERVER_LIMITS, ...limits });
  }

  async models(signal: AbortSignal): Promise<ServedModel[]> {
    const [tags, loaded] = await Promise.all([this.#tags(signal), this.#loaded(signal)]);
    const known = new Map<string, Abilities>();
    const models: ServedModel[] = [];
    const queue = [...tags];
    const work = async () => {
      for (let tag = queue.shift(); tag; tag = queue.shift()) {
        models.push(servedModel(tag, loaded(tag), await this.#abilitiesOf(tag, known, signal)));
      }
    };
    await Promise.all(Array.from({ length: SHOWN_AT_ONCE }, work));
    this.#abilities = known;
    return models;
  }

  async generate(request: ServerRequest, onText: (text: string) => void, signal: AbortSignal): Promise<Generated> {
    const { path, body } = generationBody(request);
    const answer = new OllamaAnswer(this.#http.server, onText);
    await this.#asking(request.model, signal, () => this.#http.stream(path, body, answer, signal));
    return answer.generated();
  }

  async embed(model: string, inputs: readonly string[], signal: AbortSignal): Promise<Embedded> {
    const body = { model, input: inputs };
    const ask = () => this.#http.json("/api/embed", body, this.#http.limits.firstPieceMs, signal);
    const answer = objectOf(await this.#asking(model, signal, ask));
    return {
      embeddings: vectorsOf(answer.embeddings, inputs.length, this.#http.server),
      promptTokens: countOf(answer.prompt_eval_count),
    };
  }

  /** What is said of a model that is not there names those that are. */
  async #asking<T>(model: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof HttpRefusal)) throw error;
      if (!error.isUnknownModel) throw error.toMeshError(this.#http.server);
      const names = (await this.#tags(signal)).map(nameOf);
      throw new MeshError("NOT_FOUND", `${this.#http.server} has no model '${model}'; it has: ${listed(names)}`);
    }
  }

  async #tags(signal: AbortSignal) {
    const answer = await this.#list("/api/tags", null, signal);
    if (!isObject(answer) || !Array.isArray(answer.models)) {
      throw new MeshError("INTERNAL", `${this.#http.server} sent no list of models for /api/tags; is it Ollama?`);
    }
    return objectsOf(answer.models).filter(isLocal);
  }

  /**
   * Finds what `/api/ps` says of a model of `/api/tags`; nothing where it is not in memory. A model with two names, such as
   * llama3.2:3b and llama3.2:latest, is in memory once, under one of them.
   */
  async #loaded(signal: AbortSignal): Promise<(tag: JsonObject) => JsonObject | undefined> {
    const models = objectsOf(objectOf(await this.#list("/api/ps", null, signal, 404)).models);
    const byName = new Map(models.map((model) => [nameOf(model), model]));
    const byDigest = new Map(models.map((model) => [textOf(model.digest), model]));
    byDigest.delete("");
    return (tag) => byName.get(nameOf(tag)) ?? byDigest.get(textOf(tag.digest));
  }

  async #abilitiesOf(tag: JsonObject, known: Map<string, Abilities>, signal: AbortSignal) {
    const digest = textOf(tag.digest);
    const before = this.#abilities.get(digest);
    const shown = before ?? abilitiesOf(await this.#list("/api/show", { model: nameOf(tag) }, signal, 400, 404, 500));
    if (shown && digest) known.set(digest, shown);
    return shown ?? abilitiesByFamily(tag);
  }

  /** @param tolerated statuses that mean that there is nothing to be known: null */
  async #list(path: string, body: unknown, signal: AbortSignal, ...tolerated: number[]): Promise<unknown> {
    try {
      return await this.#http.json(path, body, this.#http.limits.listMs, signal);
    } catch (error) {
      if (!(error instanceof HttpRefusal)) throw error;
      if (tolerated.includes(error.status)) return null;
      throw error.toMeshError(this.#http.server);
    }
  }
}
