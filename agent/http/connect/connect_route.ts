import { MeshError } from "../../core/errors.ts";
import { type HttpAnswer, type HttpCall, type HttpRoute, plainText } from "../http_call.ts";
import { type BearerGate, callBody } from "./call_body.ts";
import { type CallHead, callHead, contentTypes } from "./call_head.ts";
import { errorAnswer, shown } from "./connect_error.ts";
import { HttpCaller } from "./http_caller.ts";
import type { Procedure } from "./procedure.ts";

export interface ConnectParts {
  /** Every method by its path: `/edgemesh.v1.MeshService/ListJobs`. */
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly gate: BearerGate;
}

/** A route for each service: its methods by the Connect protocol (https://connectrpc.com/docs/protocol), for web pages and curl. */
export function connectRoutes(parts: ConnectParts): HttpRoute[] {
  const prefixes = new Set([...parts.procedures.keys()].map((path) => path.slice(0, path.lastIndexOf("/") + 1)));
  return [...prefixes].map((prefix) => new ConnectRoute(prefix, parts));
}

/** One service. */
class ConnectRoute implements HttpRoute {
  constructor(readonly prefix: string, private readonly parts: ConnectParts) {}

  async respond(call: HttpCall): Promise<HttpAnswer> {
    try {
      const procedure = this.parts.procedures.get(call.path);
      if (!procedure) {
        return errorAnswer(new MeshError("UNIMPLEMENTED", `there is no method ${call.path.slice(1)}`), 404);
      }
      return await this.#respondWith(procedure, call);
    } catch (error) {
      return errorAnswer(shown(error));
    }
  }

  async #respondWith(procedure: Procedure, call: HttpCall): Promise<HttpAnswer> {
    if (call.method !== "POST") return plainText("method not allowed", 405, { allow: "POST" });
    const head = callHead(call);
    if (procedure.kind === "two-way stream") return errorAnswer(needsGrpc(call.path), 505);
    const isStream = procedure.kind === "server stream";
    if (head?.isStream !== isStream) return unsupportedType(isStream);
    return await unaryAnswer(procedure, call, head, await callBody(call, this.parts.gate));
  }
}

function needsGrpc(path: string): MeshError {
  return new MeshError("UNIMPLEMENTED", `${path.slice(1)} streams in both directions, which only gRPC has here`);
}

function unsupportedType(isStream: boolean): HttpAnswer {
  const types = contentTypes(isStream);
  return plainText(`the content-type must be one of ${types}`, 415, { "accept-post": types });
}

async function unaryAnswer(
  procedure: Procedure,
  call: HttpCall,
  head: CallHead,
  bytes: Uint8Array,
): Promise<HttpAnswer> {
  using caller = new HttpCaller(call, head.timeoutMs);
  let answer: Uint8Array | undefined;
  await procedure.serve(caller, { format: head.format, bytes }, (message) => void (answer = message));
  if (!answer) throw new Error(`${call.path} sent no message`);
  return { status: 200, headers: { "content-type": `application/${head.format}` }, body: answer };
}
