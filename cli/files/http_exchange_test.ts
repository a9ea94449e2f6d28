import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../../agent/core/errors.ts";
import { HttpExchange } from "./http_exchange.ts";

/** A server that says these bytes to whoever connects, whatever is asked, and hangs up unless it is told to wait. */
async function against(
  said: string,
  ask: (exchange: HttpExchange) => Promise<void>,
  { waits = false, stallMs = 60_000, signal = new AbortController().signal } = {},
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1000));
    await connection.write(new TextEncoder().encode(said));
    // Until the other side goes.
    if (waits) { while (await connection.read(new Uint8Array(1000)).catch(() => null) !== null); }
  })();
  const { port } = listener.addr;
  {
    using exchange = await HttpExchange.open({ host: "127.0.0.1", port }, { signal, connectMs: 20_000, stallMs });
    await exchange.request("GET", "/");
    await ask(exchange);
  }
  await serving;
}

async function assertFails(said: string, message: string, options = {}): Promise<void> {
  await against(said, async (exchange) => {
    const reading = async () => {
      await exchange.head();
      await exchange.text();
    };
    const error = await assertRejects(reading, MeshError, message);
    assertEquals(error.code, "UNAVAILABLE");
  }, options);
}

Deno.test("an answer is read with its head, and no byte more than it announced", async () => {
  await against(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nETag: "a"\r\ncontent-length: 5\r\n\r\nhello, world',
    async (exchange) => {
      const { status, headers } = await exchange.head();
      assertEquals([status, headers.get("etag"), await exchange.text()], [200, '"a"', "hello"]);
    },
  );
  await against("HTTP/1.1 403 Forbidden\r\n\r\nno", async (exchange) => {
    assertEquals([(await exchange.head()).status, await exchange.text()], [403, "no"]);
  });
});

Deno.test("what is no answer, or ends too early, is a server that cannot be used", async () => {
  await assertFails("", "the connection ended");
  await assertFails("HTTP/1.1 200 OK\r\ncontent-le", "the connection ended");
  await assertFails("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell", "the connection ended");
  await assertFails("SSH-2.0-OpenSSH_9.2\r\n\r\n", "it does not answer as an agent does");
  await assertFails("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "it does not answer as an agent does");
  await assertFails(
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "it does not answer as an agent does",
  );
  await assertFails("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", "it does not answer as an agent does");
  await assertFails(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(20_000)}`, "it does not answer as an agent does");
});

Deno.test("a server that says nothing any more is given up, and Ctrl-C ends the waiting", async () => {
  const begun = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell";
  await assertFails(begun, "nothing moved for 0.2 s", { waits: true, stallMs: 200 });
  const controller = new AbortController();
  await against(begun, async (exchange) => {
    await exchange.head();
    const reading = exchange.text();
    controller.abort(new Error("interrupted"));
    await assertRejects(() => reading, Error, "interrupted");
  }, { waits: true, signal: controller.signal });
});

Deno.test("where nobody listens, that is said", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const options = { signal: new AbortController().signal, connectMs: 20_000 };
  const error = await assertRejects(() => HttpExchange.open({ host: "127.0.0.1", port }, options), MeshError);
  assertEquals(error.message, `127.0.0.1:${port}: connection refused`);
  assert(error.code === "UNAVAILABLE");
});
