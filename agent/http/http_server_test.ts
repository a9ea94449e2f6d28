import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import { MeshError } from "../core/errors.ts";
import { type HttpCall, type HttpRoute, plainText } from "./http_call.ts";
import { HttpServer } from "./http_server.ts";

const serverOn = (port: number, ...routes: HttpRoute[]) => new HttpServer({ host: "127.0.0.1", port }, routes);
const route = (prefix: string, respond: HttpRoute["respond"]): HttpRoute => ({ prefix, respond });

/** Sends text over a connection, and reads until the answer ends with something. */
async function exchange(connection: Deno.TcpConn, request: string, last: string): Promise<string> {
  const { writable, readable } = connection;
  const writer = writable.getWriter();
  const sending = writer.write(new TextEncoder().encode(request));
  const reader = readable.getReader();
  const decoder = new TextDecoder();
  let answer = "";
  while (!answer.endsWith(last)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the connection ended after ${JSON.stringify(answer)}`);
    answer += decoder.decode(value, { stream: true });
  }
  await sending;
  writer.releaseLock();
  reader.releaseLock();
  return answer;
}

Deno.test("a port in use is named, with the flag that changes it", async () => {
  const first = serverOn(0);
  await first.start();
  const second = serverOn(first.port);
  await assertRejects(
    () => second.start(),
    MeshError,
    `Cannot listen on 127.0.0.1:${first.port}: the port is in use; stop what uses it, or choose another with --http`,
  );
  await second.stop();
  await first.stop();
});

Deno.test("an address of no family is listened on in all that there are", async () => {
  const server = new HttpServer({ host: "", port: 0 }, []);
  await server.start();
  assertEquals(await (await fetch(`http://127.0.0.1:${server.port}`)).text(), "not found\n");
  const other = new HttpServer({ host: "", port: server.port }, []);
  await assertRejects(() => other.start(), MeshError, "the port is in use");
  await server.stop();
});

Deno.test("each path goes to its route, and a route that fails harms no other request", async () => {
  const server = serverOn(
    0,
    route("/a/", ({ method, path, peer }) => plainText(`${method} ${path} ${/^127\.0\.0\.1:\d+$/.test(peer)}`, 200)),
    route("/b/", () => Promise.reject(new Error("a fault"))),
  );
  await server.start();
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.text()];
  };
  assertEquals(await ask("/b/1"), [500, "internal error\n"]);
  assertEquals(await ask("/a/1%20?x=y"), [200, "GET /a/1%20 true\n"]);
  assertEquals(await ask("/c"), [404, "not found\n"]);
  await server.stop();
});

Deno.test("a request whose Host header is no host is answered", async () => {
  const server = serverOn(0);
  await server.start();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const answer = await exchange(connection, "GET /x HTTP/1.1\r\nhost: a b\r\n\r\n", "\n");
  assertEquals(answer.split("\r\n")[0], "HTTP/1.1 400 Bad Request");
  await server.stop();
});

Deno.test("a connection carries the next request, however large the one before, and whether it was read or not", async () => {
  const sizes: (number | undefined)[] = [];
  const server = serverOn(
    0,
    route("/read", async (call) => {
      sizes.push((await call.body(1_000_000))?.length);
      return plainText("done", 200);
    }),
    route("/not", () => plainText("refused", 401)),
  );
  await server.start();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  for (const size of [2, 3000, 300_000, 1_000_001]) {
    const request = (path: string) =>
      `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n${"x".repeat(size)}`;
    await exchange(connection, request("/read"), "done\n");
    await exchange(connection, request("/not"), "refused\n");
  }
  assertEquals(sizes, [2, 3000, 300_000, undefined]);
  await server.stop();
});

for (const size of [0, 2, 300_000]) {
  Deno.test(`a call's signal aborts when its client leaves, and never because it was answered: body of ${size}`, async () => {
    const calls: HttpCall[] = [];
    const release = Promise.withResolvers<void>();
    const server = serverOn(
      0,
      route("/", async (call) => {
        await call.body(size);
        calls.push(call);
        if (call.path === "/slow") await release.promise;
        return plainText("ok", 200);
      }),
    );
    await server.start();
    const ask = async (path: string, signal?: AbortSignal) => {
      const init = { method: "POST", body: "x".repeat(size), ...(signal ? { signal } : {}) };
      return await (await fetch(`http://127.0.0.1:${server.port}${path}`, init)).text();
    };
    assertEquals(await ask("/"), "ok\n");
    const leaver = new AbortController();
    const left = ask("/slow", leaver.signal).catch(({ name }) => name);
    await eventually(() => calls[1], "the request");
    leaver.abort();
    assertEquals(await left, "AbortError");
    await eventually(() => calls[1]?.signal.aborted || undefined, "the abort");
    assertEquals(calls[1]?.signal.reason.message, "the client went away");
    release.resolve();
    assertEquals(await ask("/"), "ok\n");
    await server.stop();
    assertEquals(calls.map(({ signal }) => signal.aborted), [false, true, false]);
  });
}

Deno.test("clients that break off wherever they are leave the server as it was", async () => {
  let calls = 0;
  const server = serverOn(
    0,
    route("/", async (call) => {
      calls++;
      await call.body(1000);
      const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(10_000)) });
      return { status: 200, headers: {}, body };
    }),
  );
  await server.start();
  const { port } = server;
  const request = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc";
  for (let sent = 0; sent <= request.length; sent += 3) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(request.slice(0, sent)));
    if (sent === request.length) await connection.read(new Uint8Array(100));
  }
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  assert(await connection.read(new Uint8Array(100)) !== null);
  assert(calls > 1);
  await server.stop();
});
