import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { AnswerStream, MAX_WAITING } from "./answer_stream.ts";

function setUp(options: { commentMs?: number } = {}) {
  const gone: string[] = [];
  const events = new AnswerStream({ comment: ": c\n\n", onGone: ({ message }) => gone.push(message), ...options });
  const reader = events.body.getReader();
  const read = async () => {
    const { value, done } = await reader.read();
    return done ? "the end" : new TextDecoder().decode(value);
  };
  return { gone, events, reader, read };
}

Deno.test("what waits for a client goes out together, and the end after it", async () => {
  const { events, read, gone } = setUp();
  events.write("a");
  events.write("b");
  events.end();
  events.write("too late");
  assertEquals([await read(), await read()], ["ab", "the end"]);
  assertEquals(gone, []);
});

Deno.test("a client that waits gets each piece alone, and the end when it comes", async () => {
  const { events, read } = setUp();
  for (const piece of ["a", "b"]) {
    const next = read();
    events.write(piece);
    assertEquals(await next, piece);
  }
  const next = read();
  events.end();
  assertEquals(await next, "the end");
});

Deno.test("a client whose model says nothing for a while gets comments", async () => {
  const { events, read } = setUp({ commentMs: 1 });
  assertEquals([await read(), await read()], [": c\n\n", ": c\n\n"]);
  events.end();
});

Deno.test("a client that leaves too much waiting is given up", async () => {
  const { events, reader, gone } = setUp();
  events.write("x".repeat(MAX_WAITING));
  assertEquals(gone, []);
  events.write("x");
  const message = `a client left ${MAX_WAITING} bytes of its answer unread`;
  await assertRejects(() => reader.closed, MeshError, message);
  assertEquals(gone, [message]);
});

Deno.test("a client that cancels is gone: nothing is written any more", async () => {
  const { events, reader, gone } = setUp();
  events.write("a");
  await reader.cancel();
  events.write("b");
  events.end();
  assertEquals(gone, ["the client went away"]);
});
