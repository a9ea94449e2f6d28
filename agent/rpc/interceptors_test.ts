import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import type { Caller } from "./call_context.ts";
import { Interceptors, type MethodRules } from "./interceptors.ts";
import type { UnreadRequest } from "./served_method.ts";

const SESSION = "a live session";
const KEY = "the mesh key";

const sessions = {
  touch(sessionId: string) {
    if (sessionId !== SESSION) throw new MeshError("UNAUTHENTICATED", "unknown session");
    return { deviceName: "ada" };
  },
  isLive: (sessionId: string) => sessionId === SESSION,
  requireBearer(token: string) {
    if (token !== KEY && token !== SESSION) throw new MeshError("UNAUTHENTICATED", "neither key nor session");
    return { clientName: token === KEY ? "" : "ada" };
  },
};

function caller(authorization: string, showsKey: boolean): Caller {
  return {
    peer: "10.0.0.1:1",
    edge: showsKey ? "http" : "grpc",
    showsKey,
    deadline: () => Infinity,
    metadata: (name) => name === "authorization" ? authorization : "",
    onCancelled: () => {},
  };
}

function request(message: unknown, size = 10): UnreadRequest & { readonly reads: string[] } {
  const reads: string[] = [];
  const read = (how: string) => {
    reads.push(how);
    return message;
  };
  return {
    size,
    leadingText: "",
    read: () => read("whole"),
    readInTurns: () => Promise.resolve(read("in turns")),
    reads,
  };
}

/** Who a call was let in as, or how it was refused. */
async function outcome(
  auth: "required" | "open",
  session: MethodRules["session"],
  from: Caller,
  asked: UnreadRequest = request({}),
): Promise<string> {
  const through = new Interceptors({ sessions, auth });
  through.open();
  const method = through.unary(
    "Method",
    { session },
    (_, call) => call.authenticated ? `as ${call.clientName}` : "anyone",
  );
  try {
    return String(await method.serve(from, asked));
  } catch (error) {
    return error instanceof MeshError ? error.code : `thrown: ${error}`;
  }
}

Deno.test("who calls with a session is let in by it; the mesh key itself is taken from whoever may show it", async () => {
  const cases: [string, boolean, unknown, string][] = [
    [`Bearer ${SESSION}`, false, {}, "as ada"],
    [`Bearer ${KEY}`, false, {}, "UNAUTHENTICATED"],
    [`Bearer ${SESSION}`, true, {}, "as ada"],
    [`Bearer ${KEY}`, true, {}, "as "],
    ["", true, { session_id: SESSION }, "as ada"],
    // A key is no session: a message that names one names another's.
    [`Bearer ${KEY}`, true, { session_id: "another" }, "UNAUTHENTICATED"],
    ["", false, {}, "UNAUTHENTICATED"],
  ];
  for (const [authorization, showsKey, message, expected] of cases) {
    const from = caller(authorization, showsKey);
    assertEquals([authorization, await outcome("required", "required", from, request(message))], [
      authorization,
      expected,
    ]);
  }
});

Deno.test("--auth open lets older gRPC clients through, but nobody who could be a web page", async () => {
  assertEquals(await outcome("open", "required", caller("", false)), "anyone");
  assertEquals(await outcome("open", "strict", caller("", false)), "UNAUTHENTICATED");
  assertEquals(await outcome("open", "required", caller("", true)), "UNAUTHENTICATED");
  assertEquals(await outcome("open", "none", caller("", true)), "anyone");
});

Deno.test("a large request is read step by step, and only for whoever is known", async () => {
  for (const showsKey of [false, true]) {
    const refused = request({}, 65_537);
    assertEquals(await outcome("required", "required", caller("Bearer guess", showsKey), refused), "UNAUTHENTICATED");
    assertEquals(refused.reads, []);
    const read = request({}, 65_537);
    assertEquals(await outcome("required", "required", caller(`Bearer ${SESSION}`, showsKey), read), "as ada");
    assertEquals(read.reads, ["in turns"]);
  }
  const byKey = request({}, 65_537);
  assertEquals(await outcome("required", "required", caller(`Bearer ${KEY}`, true), byKey), "as ");
});

Deno.test("what a handler throws unforeseen is not told to the caller", async () => {
  const through = new Interceptors({ sessions, auth: "required" });
  through.open();
  const method = through.unary("Method", { session: "none" }, () => {
    throw new TypeError("a secret");
  });
  const error = await assertRejects(() => method.serve(caller("", true), request({})), MeshError);
  assertEquals([error.code, /^internal error \w{8}; the agent's log says more$/.test(error.message)], [
    "INTERNAL",
    true,
  ]);
});
