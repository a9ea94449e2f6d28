import { assert, assertEquals, assertStringIncludes } from "../../../tests/assert.ts";
import { BusyError, MeshError } from "../../core/errors.ts";
import { HttpServer } from "../http_server.ts";
import { type ConnectParts, connectRoutes } from "./connect_route.ts";
import { CrossOrigin } from "./cross_origin.ts";
import type { Message, Procedure, ProcedureCaller } from "./procedure.ts";

const KEY = "the mesh key";
const SERVICE = "/test.v1.Test/";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

type Serve = Procedure["serve"];

/** The bridge over real HTTP, with methods that do what a test says. */
class Rig implements AsyncDisposable {
  readonly calls: { readonly request: Message; readonly caller: ProcedureCaller }[] = [];
  readonly server: HttpServer;
  serve: Serve = (_, { bytes }, send) => Promise.resolve(send(bytes));

  constructor(parts: Partial<ConnectParts> = {}) {
    const serve: Serve = (caller, request, send) => {
      this.calls.push({ caller, request });
      return this.serve(caller, request, send);
    };
    const procedures = new Map<string, Procedure>([
      [`${SERVICE}Unary`, { kind: "unary", serve }],
      [`${SERVICE}Stream`, { kind: "server stream", serve }],
      [`${SERVICE}TwoWay`, { kind: "two-way stream", serve }],
    ]);
    const gate = {
      requireBearer: (token: string) => {
        if (token !== KEY) throw new MeshError("UNAUTHENTICATED", "wrong mesh key");
      },
    };
    this.server = new HttpServer({ host: "127.0.0.1", port: 0 }, connectRoutes({ procedures, gate, ...parts }));
  }

  static async start(parts: Partial<ConnectParts> = {}): Promise<Rig> {
    const rig = new Rig(parts);
    await rig.server.start();
    return rig;
  }

  post(method: string, body: BodyInit, headers: HeadersInit = {}, options: RequestInit = {}): Promise<Response> {
    const sent = { "content-type": "application/json", ...headers };
    return fetch(`http://127.0.0.1:${this.server.port}${SERVICE}${method}`, {
      method: "POST",
      body,
      headers: sent,
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

/** An envelope as Connect's clients send it. */
function enveloped(message: string, flags = 0): Uint8Array<ArrayBuffer> {
  const payload = bytes(message);
  return new Uint8Array([flags, 0, 0, payload.length >> 8, payload.length & 255, ...payload]);
}

/** The envelopes of a stream's answer. */
async function envelopes(response: Response): Promise<[flags: number, message: string][]> {
  const all = await response.bytes();
  const found: [number, string][] = [];
  for (let at = 0; at < all.length;) {
    const length = new DataView(all.buffer).getUint32(at + 1);
    found.push([all[at] ?? -1, text(all.subarray(at + 5, at + 5 + length))]);
    at += 5 + length;
  }
  return found;
}

Deno.test("a method is called by POST with its message, and answers in the same format", async () => {
  await using rig = await Rig.start();
  for (const [type, format] of [["application/json; charset=UTF-8", "json"], ["application/proto", "proto"]] as const) {
    const response = await rig.post("Unary", "what was sent", { "content-type": type, "x-idempotency-key": "k" });
    assertEquals([response.status, response.headers.get("content-type")], [200, `application/${format}`]);
    assertEquals(await response.text(), "what was sent");
    const { request, caller } = rig.calls.at(-1) ?? {};
    assertEquals([request?.format, caller?.metadata("x-idempotency-key"), caller?.deadline()], [format, "k", Infinity]);
    assert(/^127\.0\.0\.1:\d+$/.test(caller?.peer ?? ""), caller?.peer);
  }
});

Deno.test("a failure has Connect's code, its message, and the HTTP status that goes with the code", async () => {
  await using rig = await Rig.start();
  const cases = [
    [new MeshError("CANCELLED", "m"), "canceled", 499],
    [new MeshError("INVALID_ARGUMENT", "m"), "invalid_argument", 400],
    [new MeshError("DEADLINE_EXCEEDED", "m"), "deadline_exceeded", 504],
    [new MeshError("NOT_FOUND", "m"), "not_found", 404],
    [new MeshError("ALREADY_EXISTS", "m"), "already_exists", 409],
    [new MeshError("PERMISSION_DENIED", "m"), "permission_denied", 403],
    [new MeshError("RESOURCE_EXHAUSTED", "m"), "resource_exhausted", 429],
    [new MeshError("FAILED_PRECONDITION", "m"), "failed_precondition", 400],
    [new MeshError("UNIMPLEMENTED", "m"), "unimplemented", 501],
    [new MeshError("INTERNAL", "m"), "internal", 500],
    [new MeshError("UNAVAILABLE", "m"), "unavailable", 503],
    [new MeshError("UNAUTHENTICATED", "m"), "unauthenticated", 401],
  ] as const;
  for (const [error, code, status] of cases) {
    rig.serve = () => Promise.reject(error);
    const response = await rig.post("Unary", "{}", { "content-type": "application/proto" });
    assertEquals([response.status, response.headers.get("content-type")], [status, "application/json"]);
    assertEquals(await response.json(), { code, message: "m" });
  }
  rig.serve = () => Promise.reject(new BusyError("busy", 2500));
  const busy = await rig.post("Unary", "{}");
  assertEquals([busy.status, busy.headers.get("retry-after")], [429, "3"]);
  await busy.body?.cancel();
});

Deno.test("what is unforeseen is told with an id only", async () => {
  await using rig = await Rig.start();
  rig.serve = () => Promise.reject(new TypeError("a secret"));
  const { code, message } = await (await rig.post("Unary", "{}")).json();
  assertEquals(code, "internal");
  assert(/^internal error \w+; the agent's log says more$/.test(message), message);
});

Deno.test("what is no call of Connect's is refused before anything is done", async () => {
  await using rig = await Rig.start();
  const cases: [string, RequestInit, number, string, Record<string, string>][] = [
    ["Unary", { method: "GET" }, 405, "", { allow: "POST" }],
    ["Unary", { headers: { "content-type": "text/plain" } }, 415, "", {
      "accept-post": "application/json, application/proto",
    }],
    ["Unary", { headers: { "content-type": "application/connect+json" } }, 415, "", {}],
    ["Unary", { headers: { "content-type": "application/json; charset=latin1" } }, 415, "", {}],
    ["Stream", { headers: { "content-type": "application/json" } }, 415, "", {
      "accept-post": "application/connect+json, application/connect+proto",
    }],
    ["Nothing", {}, 404, "unimplemented", {}],
    ["TwoWay", { headers: { "content-type": "application/connect+proto" } }, 505, "unimplemented", {}],
    ["Unary", { headers: { "connect-protocol-version": "2" } }, 400, "invalid_argument", {}],
    ["Unary", { headers: { "connect-timeout-ms": "1s" } }, 400, "invalid_argument", {}],
    ["Unary", { headers: { "content-encoding": "gzip" } }, 501, "unimplemented", {}],
  ];
  for (const [method, { headers = {}, ...options }, status, code, expected] of cases) {
    const isGet = options.method === "GET";
    const response = await rig.post(method, "{}", headers, isGet ? { method: "GET", body: null } : options);
    assertEquals([method, response.status], [method, status]);
    for (const [name, value] of Object.entries(expected)) assertEquals(response.headers.get(name), value);
    const answer = await response.text();
    if (code) assertEquals(JSON.parse(answer).code, code);
  }
  assertEquals(rig.calls, []);
});

Deno.test("a large request is read only for whoever shows the key", async () => {
  await using rig = await Rig.start();
  const large = "x".repeat(65_537);
  const authorization = `Bearer ${KEY}`;
  for (const headers of [{}, { authorization: "Bearer wrong" }] as HeadersInit[]) {
    const refused = await rig.post("Unary", large, headers);
    assertEquals([refused.status, (await refused.json()).code], [401, "unauthenticated"]);
  }
  // Of one whose length is not told, no more is read either.
  const chunked = () => new Blob([large]).stream();
  const refused = await rig.post("Unary", chunked());
  assertEquals([refused.status, (await refused.json()).code], [401, "unauthenticated"]);
  assertEquals(rig.calls, []);
  for (const body of [large, chunked()]) {
    const response = await rig.post("Unary", body, { authorization });
    assertEquals((await response.text()).length, large.length);
  }
  assertEquals((await (await rig.post("Unary", "x".repeat(65_536))).text()).length, 65_536);
  const huge = await rig.post("Unary", new Uint8Array(32 * 1024 * 1024 + 1), { authorization });
  assertEquals([huge.status, (await huge.json()).code], [429, "resource_exhausted"]);
});

Deno.test("the caller's deadline is told, and its end ends the call", async () => {
  await using rig = await Rig.start();
  rig.serve = (caller) =>
    new Promise((_, reject) => {
      caller.onCancelled(() => reject(new MeshError("DEADLINE_EXCEEDED", "late")));
    });
  const before = Date.now();
  const response = await rig.post("Unary", "{}", { "connect-timeout-ms": "50" });
  assertEquals(await response.json(), { code: "deadline_exceeded", message: "late" });
  const deadline = rig.calls[0]?.caller.deadline() ?? 0;
  assert(deadline >= before + 50 && deadline <= Date.now() + 50, `${deadline}`);
});

Deno.test("a caller that goes away is told of, in a call and in a stream", async () => {
  await using rig = await Rig.start();
  for (
    const [method, body, type] of [["Unary", "{}", "application/json"], [
      "Stream",
      enveloped("{}"),
      "application/connect+json",
    ]] as const
  ) {
    const served = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    rig.serve = (caller, _, send) => {
      served.resolve();
      if (method === "Stream") send(bytes("{}"));
      return new Promise((_, reject) => {
        caller.onCancelled(() => {
          gone.resolve();
          reject(new MeshError("CANCELLED", "the client went away"));
        });
      });
    };
    const leaving = new AbortController();
    const call = rig.post(method, body, { "content-type": type }, { signal: leaving.signal });
    const answered = call.then((response) => response.bytes()).catch(() => "left");
    await served.promise;
    leaving.abort();
    await gone.promise;
    assertEquals(await answered, "left");
  }
});

Deno.test("a stream's messages come in envelopes, each when it is there, and its end in the last", async () => {
  await using rig = await Rig.start();
  const second = Promise.withResolvers<void>();
  rig.serve = async (_, { bytes: asked }, send) => {
    send(bytes(`to ${text(asked)}`));
    await second.promise;
    send(bytes("two"));
  };
  const response = await rig.post("Stream", enveloped("one"), { "content-type": "application/connect+json" });
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/connect+json"]);
  const reader = response.body?.getReader();
  const first = (await reader?.read())?.value ?? bytes("");
  assertEquals(text(first.slice(5)), "to one");
  second.resolve();
  const rest: Uint8Array<ArrayBuffer>[] = [];
  for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) rest.push(piece.value);
  assertEquals(await envelopes(new Response(new Blob(rest))), [[0, "two"], [2, "{}"]]);
});

Deno.test("a stream that fails says so in its last envelope, whenever it does", async () => {
  await using rig = await Rig.start();
  const type = { "content-type": "application/connect+proto" };
  const failed = (code: string, message: string) => [2, JSON.stringify({ error: { code, message } })];
  rig.serve = (_, __, send) => {
    send(bytes("one"));
    return Promise.reject(new MeshError("UNAVAILABLE", "lost"));
  };
  assertEquals(await envelopes(await rig.post("Stream", enveloped("{}"), type)), [
    [0, "one"],
    failed("unavailable", "lost"),
  ]);
  const cut = enveloped("a message").subarray(0, 8);
  const wrong: [BodyInit, HeadersInit, string][] = [
    [cut, {}, "invalid_argument"],
    ["", {}, "invalid_argument"],
    [enveloped("{}", 1), {}, "invalid_argument"],
    [enveloped("{}"), { "connect-timeout-ms": "soon" }, "invalid_argument"],
    [enveloped("{}"), { "connect-content-encoding": "gzip" }, "unimplemented"],
    ["x".repeat(70_000), {}, "unauthenticated"],
  ];
  rig.calls.length = 0;
  for (const [body, headers, code] of wrong) {
    const response = await rig.post("Stream", body, { ...type, ...headers });
    const [[flags, end] = [], ...others] = await envelopes(response);
    assertEquals([response.status, flags, JSON.parse(end ?? "").error.code, others], [200, 2, code, []]);
  }
  assertEquals(rig.calls, []);
});

Deno.test("a stream comes as server-sent events where they are asked for", async () => {
  await using rig = await Rig.start();
  const accept = { accept: "text/event-stream" };
  const url = `http://127.0.0.1:${rig.server.port}${SERVICE}Stream`;
  rig.serve = (_, { bytes }, send) => Promise.resolve(send(bytes));
  const posted = await rig.post("Stream", '{"a":1}', accept);
  assertEquals([posted.status, posted.headers.get("content-type")], [200, "text/event-stream; charset=utf-8"]);
  assertEquals(await posted.text(), 'data: {"a":1}\n\nevent: end\ndata: {}\n\n');
  const got = await fetch(`${url}?message=${encodeURIComponent('{"b":"&"}')}`, { headers: accept });
  assertEquals(await got.text(), 'data: {"b":"&"}\n\nevent: end\ndata: {}\n\n');
  rig.serve = (_, __, send) => {
    send(bytes("{}"));
    return Promise.reject(new MeshError("UNAVAILABLE", "lost"));
  };
  const broken = await (await fetch(url, { headers: accept })).text();
  assertEquals(broken, 'data: {}\n\nevent: error\ndata: {"code":"unavailable","message":"lost"}\n\n');
  rig.serve = () => Promise.reject(new MeshError("NOT_FOUND", "no such job"));
  const refused = await fetch(url, { headers: accept });
  assertEquals([refused.status, await refused.json()], [404, { code: "not_found", message: "no such job" }]);
  const proto = await rig.post("Stream", "", { ...accept, "content-type": "application/proto" });
  assertEquals(proto.status, 415);
  await proto.body?.cancel();
});

Deno.test("pages of other origins are let in only where that was said", async () => {
  const preflight = (rig: Rig, origin: string) => {
    const headers = { origin, "access-control-request-method": "POST" };
    return rig.post("Unary", "", headers, { method: "OPTIONS", body: null });
  };
  const allowed = (response: Response) => response.headers.get("access-control-allow-origin");
  await using closed = await Rig.start();
  await using open = await Rig.start({ crossOrigin: new CrossOrigin("https://good.example") });
  const cases = [
    [closed, "https://good.example", 405, null],
    [open, "https://good.example", 204, "https://good.example"],
    [open, "https://evil.example", 403, null],
  ] as const;
  for (const [rig, origin, status, header] of cases) {
    const asked = await preflight(rig, origin);
    assertEquals([asked.status, allowed(asked)], [status, header]);
    await asked.body?.cancel();
    const response = await rig.post("Unary", "{}", { origin });
    assertEquals([response.status, allowed(response)], [200, header]);
    await response.body?.cancel();
  }
  const asked = await preflight(open, "https://good.example");
  assertStringIncludes(asked.headers.get("access-control-allow-headers") ?? "", "authorization");
});
