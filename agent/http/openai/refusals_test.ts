import { assert, assertEquals } from "../../../tests/assert.ts";
import { BusyError, type ErrorCode, MeshError } from "../../core/errors.ts";
import { ApiRig, KEY } from "./api_rig.ts";
import { deviceModel } from "./fake_models.ts";
import { MAX_BODY_BYTES } from "./read_body.ts";

const CHAT = "/v1/chat/completions";
const messages = [{ role: "user", content: "hi" }];

Deno.test("nobody gets in without the key, wherever it asks, and no body is read", async () => {
  await using rig = await ApiRig.start();
  for (const [path, method] of [["/v1/models", "GET"], [CHAT, "POST"], ["/v1/nothing", "DELETE"]] as const) {
    for (const authorization of ["", "Bearer", "Bearer wrong", `Basic ${KEY}`]) {
      const response = await fetch(rig.url + path, { method, headers: { authorization } });
      assertEquals(response.status, 401);
      assertEquals(response.headers.get("www-authenticate"), "Bearer");
      assertEquals(await response.json(), {
        error: { message: "wrong mesh key", type: "invalid_request_error", param: null, code: "invalid_api_key" },
      });
    }
  }
  assertEquals([...new Set(rig.seen.map(({ token }) => token))], ["", "wrong"]);
  assert(rig.seen.every(({ peer }) => /^127\.0\.0\.1:\d+$/.test(peer)));
  assertEquals((await rig.fetch("/v1/models", { headers: { authorization: `bearer ${KEY}` } })).status, 200);
});

Deno.test("a wrong method and an unknown path say what there is, and no page of another origin may ask", async () => {
  await using rig = await ApiRig.start();
  const get = await rig.fetch(CHAT);
  assertEquals([get.status, get.headers.get("allow")], [405, "POST"]);
  assertEquals((await get.json()).error.message, "/v1/chat/completions takes POST, not GET");
  const post = await rig.post("/v1/models", {});
  assertEquals([post.status, post.headers.get("allow")], [405, "GET"]);
  await post.body?.cancel();
  const unknown = await rig.post("/v1/images", {});
  assertEquals(unknown.status, 404);
  assertEquals(
    (await unknown.json()).error.message,
    'there is no "/v1/images"; there are /v1/models, /v1/chat/completions, /v1/completions, /v1/embeddings',
  );
  const preflight = await rig.fetch(CHAT, { method: "OPTIONS", headers: { origin: "http://elsewhere" } });
  assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [405, null]);
  await preflight.body?.cancel();
});

Deno.test("a body of 8 MiB is read, a larger one is refused, with its length told before or not", async () => {
  await using rig = await ApiRig.start();
  const text = JSON.stringify({ messages: [{ role: "user", content: "" }] });
  const ofSize = (size: number) => text.replace('""', `"${"x".repeat(size - text.length)}"`);
  const streamed = (body: string) => new Blob([body]).stream();
  for (const wrap of [(body: string) => body, streamed]) {
    const fits = await rig.fetch(CHAT, { method: "POST", body: wrap(ofSize(MAX_BODY_BYTES)) });
    assertEquals(fits.status, 200);
    await fits.body?.cancel();
    const large = await rig.fetch(CHAT, { method: "POST", body: wrap(ofSize(MAX_BODY_BYTES + 1)) });
    assertEquals([large.status, (await large.json()).error.message], [413, "the body is larger than 8 MiB"]);
  }
  const content = rig.models.asked.map(({ messages: [message] }) => message?.content.length);
  assertEquals(content, Array(2).fill(MAX_BODY_BYTES - text.length));
});

Deno.test("a compressed body is refused", async () => {
  await using rig = await ApiRig.start();
  const response = await rig.post(CHAT, { messages }, { headers: { "content-encoding": "gzip" } });
  assertEquals(response.status, 415);
  await response.body?.cancel();
});

Deno.test("each way of failing has its status, and its message is told", async () => {
  await using rig = await ApiRig.start();
  const statuses: Record<ErrorCode, number> = {
    CANCELLED: 503,
    INVALID_ARGUMENT: 400,
    DEADLINE_EXCEEDED: 504,
    NOT_FOUND: 404,
    ALREADY_EXISTS: 409,
    PERMISSION_DENIED: 403,
    RESOURCE_EXHAUSTED: 429,
    FAILED_PRECONDITION: 400,
    UNIMPLEMENTED: 501,
    INTERNAL: 500,
    UNAVAILABLE: 503,
    UNAUTHENTICATED: 401,
  };
  for (const stream of [false, true]) {
    for (const [code, status] of Object.entries(statuses)) {
      rig.models.script = () => Promise.reject(new MeshError(code as ErrorCode, `so it\nis: ${"x".repeat(2000)}`));
      const response = await rig.post(CHAT, { messages, stream });
      const { error } = await response.json();
      assertEquals([response.status, response.headers.get("retry-after")], [status, null]);
      assertEquals(error.message, `so it is: ${"x".repeat(990)}…`);
      assertEquals(
        error.type,
        status === 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "server_error",
      );
    }
  }
});

Deno.test("a mesh that is busy says in whole seconds when to try again", async () => {
  await using rig = await ApiRig.start();
  for (const [ms, seconds] of [[0, "1"], [1, "1"], [1000, "1"], [1001, "2"], [65_000, "65"]] as const) {
    rig.models.script = () => Promise.reject(new BusyError("all queues are full", ms));
    const response = await rig.post(CHAT, { messages });
    assertEquals([response.status, response.headers.get("retry-after")], [429, seconds]);
    assertEquals((await response.json()).error, {
      message: "all queues are full",
      type: "rate_limit_error",
      param: null,
      code: "rate_limit_exceeded",
    });
  }
});

Deno.test("an unforeseen failure tells the client an id and nothing else", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = () => Promise.reject(new Error("secret"));
  const response = await rig.post(CHAT, { messages });
  assertEquals(response.status, 500);
  const { message } = (await response.json()).error;
  assert(/^internal error [0-9a-f]{8}; the agent's log says more$/.test(message), message);
});

Deno.test("an unknown model, an unknown device, a wrong model and no model at all are told apart", async () => {
  await using rig = await ApiRig.start();
  const ask = async (code: ErrorCode, device = "") => {
    rig.models.script = () => Promise.reject(new MeshError(code, "there are: tiny"));
    const response = await rig.post(CHAT, { messages, model: "x" }, { headers: { "x-edgemesh-device-id": device } });
    const { error } = await response.json();
    return [response.status, error.code, error.param];
  };
  assertEquals(await ask("NOT_FOUND"), [404, "model_not_found", "model"]);
  assertEquals(await ask("NOT_FOUND", "id-laptop"), [404, "model_not_found", "model"]);
  assertEquals(await ask("NOT_FOUND", "id-phone"), [404, "device_not_found", null]);
  assertEquals(await ask("FAILED_PRECONDITION"), [400, "failed_precondition", null]);
  rig.models.there = [deviceModel("laptop", "embedder", { generates: false })];
  assertEquals(await ask("FAILED_PRECONDITION"), [503, "no_model", null]);
});
