import { logger } from "../../core/log.ts";
import { quoted } from "../../plans/quoted.ts";
import type { HttpCall, HttpRoute } from "../http_call.ts";
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
  respond(call: HttpCall): Response | Promise<Response>;
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

  async respond(call: HttpCall): Promise<Response> {
    const { method } = call.request;
    const { pathname: path } = call.url;
    try {
      this.#gate.requireBearer(bearer(call.request), call.peer);
      const endpoint = this.#endpointAt(path);
      if (endpoint.method !== method) {
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
        peer: call.peer,
      });
      return Response.json(body, { status, headers });
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

  #list(): Response {
    return Response.json({ object: "list", data: modelList(this.#models.models()) });
  }

  #one(encoded: string): Response {
    return Response.json(listedModel(this.#models.models(), decoded(encoded)));
  }

  #generation(read: (body: Body, deviceId: string) => GenerationAsk, shape: AnswerShape): Endpoint {
    return {
      method: "POST",
      respond: async (call) => {
        const ask = read(await readBody(call.request), deviceIdOf(call.request));
        return await (ask.stream ? streamedAnswer : wholeAnswer)(call, ask, shape, this.#models);
      },
    };
  }

  async #embed(call: HttpCall): Promise<Response> {
    const ask = embeddingRequest(await readBody(call.request), deviceIdOf(call.request));
    return await embeddingsAnswer(call, ask, this.#models);
  }
}

function bearer(request: Request): string {
  return /^Bearer +(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
}

function deviceIdOf(request: Request): string {
  return request.headers.get(DEVICE_ID_HEADER) ?? "";
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ApiError(400, `the path has a wrong percent-encoding: ${quoted(path)}`);
  }
}
