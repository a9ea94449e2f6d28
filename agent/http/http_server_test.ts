import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import { MeshError } from "../core/errors.ts";
import type { HttpCall, HttpRoute } from "./http_call.ts";
import { HttpServer } from "./http_server.ts";

const serverOn = (port: number, ...routes: HttpRoute[]) => new HttpServer({ host: "127.0.0.1", port }, routes);

Deno.test("a port in use is named, with the flag that changes it", async () => {
  const first = serverOn(0);
  first.start();
  const second = serverOn(first.port);
  assertThrows(
    () => second.start(),
    MeshError,
    `Cannot listen on 127.0.0.1:${first.port}: the port is in use; stop what uses it, or choose another with --http`,
  );
  await second.stop();
  await first.stop();
});

Deno.test("each path goes to its route, and a route that fails harms no other request", async () => {
  const route = (prefix: string, respond: HttpRoute["respond"]): HttpRoute => ({ prefix, respond });
  const server = serverOn(
    0,
    route("/a/", ({ url, peer }) => new Response(`${url.pathname} ${/^127\.0\.0\.1:\d+$/.test(peer)}`)),
    route("/b/", () => Promise.reject(new Error("a fault"))),
  );
  server.start();
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.text()];
  };
  assertEquals(await ask("/b/1"), [500, "internal error\n"]);
  assertEquals(await ask("/a/1"), [200, "/a/1 true"]);
  assertEquals(await ask("/c"), [404, "not found\n"]);
  await server.stop();
});

Deno.test("a request whose Host header is no host is answered", async () => {
  const server = serverOn(0);
  server.start();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(new TextEncoder().encode("GET /x HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n"));
  const answer = await new Response(connection.readable).text();
  assertEquals(answer.split("\r\n")[0], "HTTP/1.1 400 Bad Request");
  await server.stop();
});

Deno.test("a call's signal aborts when its client leaves, and never because it was answered", async () => {
  const calls: HttpCall[] = [];
  const release = Promise.withResolvers<void>();
  const server = serverOn(0, {
    prefix: "/",
    respond: async (call) => {
      calls.push(call);
      assertEquals(call.signal.aborted, false);
      if (call.url.pathname === "/slow") await release.promise;
      return new Response("ok");
    },
  });
  server.start();
  const url = `http://127.0.0.1:${server.port}`;
  assertEquals(await (await fetch(url)).text(), "ok");
  const leaver = new AbortController();
  const left = fetch(`${url}/slow`, { signal: leaver.signal }).catch(({ name }) => name);
  await eventually(() => calls[1], "the request");
  leaver.abort();
  assertEquals(await left, "AbortError");
  await eventually(() => calls[1]?.signal.aborted || undefined, "the abort");
  assertEquals(calls[1]?.signal.reason.message, "the client went away");
  release.resolve();
  assertEquals(await (await fetch(url)).text(), "ok");
  assertEquals(calls.map(({ signal }) => signal.aborted), [false, true, false]);
  await server.stop();
  assertEquals(calls.map(({ signal }) => signal.aborted), [false, true, false]);
});
