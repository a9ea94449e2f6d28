import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { ApiError } from "./api_error.ts";
import { readBody } from "./read_body.ts";

const requestOf = (body: ReadableStream<Uint8Array>) => new Request("http://mesh/", { method: "POST", body });

Deno.test("a body that does not come is not waited for without end", async () => {
  const never = new ReadableStream<Uint8Array>();
  const error = await assertRejects(() => readBody(requestOf(never), 1), ApiError, "the body took too long to come");
  assertEquals(error.status, 408);
});

Deno.test("a body that breaks off is refused", async () => {
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
    pull: (controller) => controller.error(new Error("reset by peer")),
  });
  const text = "the body did not come whole: reset by peer";
  const error = await assertRejects(() => readBody(requestOf(broken)), ApiError, text);
  assertEquals(error.status, 400);
});
