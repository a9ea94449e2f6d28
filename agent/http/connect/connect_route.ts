import { MeshError } from "../../core/errors.ts";
import { type HttpAnswer, type HttpCall, type HttpRoute, plainText } from "../http_call.ts";
import { type BearerGate, callBody } from "./call_body.ts";
import { callTimeout, contentType, contentTypes } from "./call_head.ts";
import { errorAnswer, shown } from "./connect_error.ts";
import type { CrossOrigin } from "./cross_origin.ts";
import { onlyMessage } from "./envelope.ts";
import { eventAnswer } from "./event_answer.ts";
import { HttpCaller } from "./http_caller.ts";
import type { MessageFormat, Procedure } from "./procedure.ts";
import { envelopedAnswer } from "./stream_answer.ts";

export interface ConnectParts {
  /** Every method by its path: `/edgemesh.v1.MeshService/ListJobs`. */
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly gate: BearerGate;
  /** Web pages that may call besides the agent's own. */
  readonly crossOrigin?: CrossOrigin;
}

/** A route for each service: its methods by the Connect protocol (https://connectrpc.com/docs/protocol), for web pages and curl. */
export function connectRoutes(parts: ConnectParts): HttpRoute[] {
  const prefixes = new Set([...parts.procedures.keys()].map((path) => path.slice(0, path.lastIndexOf("/") + 1)));
  return [...prefixes].map((prefix) => ({ prefix, respond: (call) => respond(call, parts) }));
}

async function respond(call: HttpCall, parts: ConnectParts): Promise<HttpAnswer> {
  const { crossOrigin } = parts;
  if (!crossOrigin) return await answered(call, parts);
  return crossOrigin.preflight(call) ?? crossOrigin.readable(call, await answered(call, parts));
}

async function answered(call: HttpCall, { procedures, gate }: ConnectParts): Promise<HttpAnswer> {
  try {
    const procedure = procedures.get(call.path);
    if (procedure) return await respondWith(procedure, call, gate);
    return errorAnswer(new MeshError("UNIMPLEMENTED", `there is no method ${call.path.slice(1)}`), 404);
  } catch (error) {
    return errorAnswer(shown(error));
  }
}

async function respondWith(procedure: Procedure, call: HttpCall, gate: BearerGate): Promise<HttpAnswer> {
  const isStream = procedure.kind === "server stream";
  if (isStream && call.header("accept").includes("text/event-stream")) return await events(procedure, call, gate);
  if (call.method !== "POST") return methodNotAllowed("POST");
  if (procedure.kind === "two-way stream") return errorAnswer(needsGrpc(call.path), 505);
  const type = contentType(call);
  if (type?.isStream !== isStream) return unsupportedType(contentTypes(isStream));
  const { format } = type;
  if (!isStream) return await unary(procedure, call, gate, format);
  return envelopedAnswer(procedure, call, format, async () => {
    const timeoutMs = callTimeout(call, true);
    return { timeoutMs, request: { format, bytes: onlyMessage(await callBody(call, gate)) } };
  });
}

async function unary(
  procedure: Procedure,
  call: HttpCall,
  gate: BearerGate,
  format: MessageFormat,
): Promise<HttpAnswer> {
  using caller = new HttpCaller(call, callTimeout(call, false));
  const bytes = await callBody(call, gate);
  let answer: Uint8Array | undefined;
  await procedure.serve(caller, { format, bytes }, (message) => void (answer = message));
  if (!answer) throw new Error(`${call.path} sent no message`);
  return { status: 200, headers: { "content-type": `application/${format}` }, body: answer };
}

/** A stream as events. Its message is the body, or, as in Connect's GET requests, JSON in the parameter `message`. */
async function events(procedure: Procedure, call: HttpCall, gate: BearerGate): Promise<HttpAnswer> {
  const timeoutMs = callTimeout(call, false);
  if (call.method === "GET") {
    const bytes = new TextEncoder().encode(new URLSearchParams(call.query).get("message") ?? "{}");
    return await eventAnswer(procedure, call, { timeoutMs, request: { format: "json", bytes } });
  }
  if (call.method !== "POST") return methodNotAllowed("GET, POST");
  const type = contentType(call);
  if (type?.format !== "json" || type.isStream) return unsupportedType("application/json");
  const bytes = await callBody(call, gate);
  return await eventAnswer(procedure, call, { timeoutMs, request: { format: "json", bytes } });
}

function methodNotAllowed(allow: string): HttpAnswer {
  return plainText("method not allowed", 405, { allow });
}

function needsGrpc(path: string): MeshError {
  return new MeshError("UNIMPLEMENTED", `${path.slice(1)} streams in both directions, which only gRPC has here`);
}

function unsupportedType(types: string): HttpAnswer {
  return plainText(`the content-type must be one of ${types}`, 415, { "accept-post": types });
}
