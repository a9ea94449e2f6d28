import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { assertEquals, assertStringIncludes } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import type { HttpAnswer } from "./http_call.ts";
import { sendAnswer } from "./send_answer.ts";

/** Serves one answer to a client that does what a test says, and then leaves. */
async function answered<T>(
  answer: HttpAnswer,
  client: (connection: Deno.TcpConn, sent: Promise<void>) => Promise<T>,
  stallMs = 600_000,
): Promise<T> {
  const sent = Promise.withResolvers<void>();
  let isSent = false;
  const server = createServer((_, response) => {
    sendAnswer(response, answer, stallMs).then(() => isSent = true).then(() => sent.resolve(), sent.reject);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
    return await client(connection, sent.promise);
  } finally {
    connection.close();
    await eventually(() => isSent || undefined, "the answer's end");
    await new Promise((resolve) => server.close(resolve));
  }
}

/** All that comes until the connection ends or breaks. */
async function received(connection: Deno.TcpConn): Promise<string> {
  const parts: string[] = [];
  const buffer = new Uint8Array(1_000_000);
  for (;;) {
    const size = await connection.read(buffer).catch(() => null);
    if (size === null) return parts.join("");
    parts.push(new TextDecoder().decode(buffer.subarray(0, size)));
  }
}

const LARGE = 32 * 1024 * 1024;
const ANSWERS: Readonly<Record<string, readonly [answer: () => HttpAnswer, last: string]>> = {
  "a text": [() => ({ status: 200, headers: {}, body: "x".repeat(LARGE) }), "xxx"],
  "a stream": [
    () => ({ status: 200, headers: {}, body: new Blob(["x".repeat(LARGE)]).stream() }),
    "x\r\n0\r\n\r\n",
  ],
};

for (const [what, [answer, last]] of Object.entries(ANSWERS)) {
  Deno.test(`${what} that its client does not take is given up`, async () => {
    const text = await answered(answer(), async (connection, sent) => {
      await sent;
      return await received(connection);
    }, 20);
    assertEquals(text.endsWith(last) && text.length > LARGE, false);
  });

  Deno.test(`${what} that its client takes comes whole, however large`, async () => {
    const text = await answered(answer(), received);
    assertEquals([text.endsWith(last), text.length > LARGE], [true, true]);
  });
}

Deno.test("a stream that fails is broken off: its client does not take it for complete", async () => {
  const failure = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      controller.enqueue(new TextEncoder().encode("half"));
      await failure.promise;
      controller.error(new Error("a fault"));
    },
  });
  const text = await answered({ status: 200, headers: {}, body }, async (connection) => {
    const buffer = new Uint8Array(1000);
    let head = "";
    while (!head.includes("half")) {
      head += new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
    }
    failure.resolve();
    return head + await received(connection);
  });
  assertStringIncludes(text, "half");
  assertEquals(text.endsWith("0\r\n\r\n"), false, text);
});

Deno.test("a stream that fails while its client does not read is broken off at once", async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      // More than a connection takes.
      controller.enqueue(new Uint8Array(LARGE));
    },
    pull: (controller) => {
      setTimeout(() => controller.error(new Error("a fault")));
    },
  });
  await answered({ status: 200, headers: {}, body }, (_, sent) => sent);
});

Deno.test("a stream whose client leaves is cancelled", async () => {
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("half")),
    cancel: () => cancelled.resolve(),
  });
  await answered({ status: 200, headers: {}, body }, async (connection) => {
    await connection.read(new Uint8Array(100));
  });
  await cancelled.promise;
});

for (const [what, body] of Object.entries({ "a text": "late", "a stream": new Blob(["late"]).stream() })) {
  Deno.test(`${what} for a client that has left already is not waited with`, async () => {
    let isSent = false;
    const server = createServer((_, response) => {
      const answer = () => sendAnswer(response, { status: 200, headers: {}, body }, 600_000);
      response.once("close", () => void answer().then(() => isSent = true));
      client.then((connection) => connection.close());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const client = Deno.connect({ hostname: "127.0.0.1", port });
    await (await client).write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
    await eventually(() => isSent || undefined, "the answer's end");
    await new Promise((resolve) => server.close(resolve));
  });
}
