import { logger } from "../../core/log.ts";
import { quoted } from "../../plans/quoted.ts";
import { type HttpAnswer, type HttpCall, type HttpRoute, json } from "../http_call.ts";
import { type AnswerShape, CHAT, COMPLETION } from "./answer_shape.ts";
import { ApiError } from "./api_error.ts";
import { chatRequest } from "./chat_request.ts";
import { completionRequest } from "./completion_request.ts";
import { DEVICE_ID_HEADER } from "./device_headers.ts";
import { embeddingRequest } from "./embedding_request.ts";
import { embeddingsAnswer } from "./embeddings_answer.ts";
import { errorAnswer } from "./error_answer.ts";
import type { GenerationAsk } from "./generation_ask.ts";
import type { BearerGate, MeshModels } from "./mesh_models.ts";
import { listedModel, modelList } from "./model_list.ts";
import { readBody } from "./read_body.ts";
import { streamedAnswer } from "./streamed_answer.ts";
import { wholeAnswer } from "./whole_answer.ts";

const log = logger("http");

type Body = Readonly<Record<string, unknown>>;

/** Something that clients may ask for. */
interface Endpoint {
  readonly method: "GET" | "POST";
  respond(call: HttpCall): HttpAnswer | Promise<HttpAnswer>;
}

const MODELS = "/v1/models/";

/** The models of the mesh for clients of OpenAI's API: https://platform.openai.com/docs/api-reference */
export class OpenAiApi implements HttpRoute {
  readonly prefix = "/v1/";
  readonly #gate: BearerGate;
  readonly #models: MeshModels;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(parts: { readonly models: MeshModels; readonly gate: BearerGate }) {
    this.#gate = parts.gate;
    this.#models = parts.models;
    this.#endpoints = new Map<string, Endpoint>([
      ["/v1/models", { method: "GET", respond: () => this.#list() }],
      ["/v1/chat/completions", this.#generation(chatRequest, CHAT)],
      ["/v1/completions", this.#generation(completionRequest, COMPLETION)],
      ["/v1/embeddings", { method: "POST", respond: (call) => this.#embed(call) }],
    ]);
  }

  async respond(call: HttpCall): Promise<HttpAnswer> {
    const { method, path, peer } = call;
    try {
      this.#gate.requireBearer(bearer(call), peer);
      const endpoint = this.#endpointAt(path);
      // A server takes the body of an answer to HEAD off by itself.
      if (endpoint.method !== (method === "HEAD" ? "GET" : method)) {
        throw new ApiError(405, `${path} takes ${endpoint.method}, not ${method}`, {
          headers: { allow: endpoint.method },
        });
      }
      return await endpoint.respond(call);
    } catch (error) {
      const { status, headers, body } = errorAnswer(error);
      log.debug("{method} {path} {status}: {message}", {
        method,
        path,
        status,
        message: body.error.message,
        peer,
      });
      return json(body, status, headers);
    }
  }

  /** @throws {ApiError} 404 */
  #endpointAt(path: string): Endpoint {
    const endpoint = this.#endpoints.get(path);
    if (endpoint) return endpoint;
    if (path.startsWith(MODELS) && path.length > MODELS.length) {
      return { method: "GET", respond: () => this.#one(path.slice(MODELS.length)) };
    }
    throw new ApiError(404, `there is no ${quoted(path)}; there are ${[...this.#endpoints.keys()].join(", ")}`);
  }

  #list(): HttpAnswer {
    return json({ object: "list", data: modelList(this.#models.models()) });
  }

  #one(encoded: string): HttpAnswer {
    return json(listedModel(this.#models.models(), decoded(encoded)));
  }

  #generation(read: (body: Body, deviceId: string) => GenerationAsk, shape: AnswerShape): Endpoint {
    return {
      method: "POST",
      respond: async (call) => {
        const ask = read(await readBody(call), call.header(DEVICE_ID_HEADER));
        return await (ask.stream ? streamedAnswer : wholeAnswer)(call, ask, shape, this.#models);
      },
    };
  }

  async #embed(call: HttpCall): Promise<HttpAnswer> {
    const ask = embeddingRequest(await readBody(call), call.header(DEVICE_ID_HEADER));
    return await embeddingsAnswer(call, ask, this.#models);
  }
}

function bearer(call: HttpCall): string {
  return /^Bearer +(.+)$/i.exec(call.header("authorization"))?.[1] ?? "";
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ApiError(400, `the path has a wrong percent-encoding: ${quoted(path)}`);
  }
}
