import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { jobPageToken, parseJobPageToken, parseTaskPageToken, taskPageToken } from "./page_tokens.ts";

Deno.test("the token of a page leads to the next one, and the first and last pages have none", () => {
  const position = { createdAt: Date.UTC(2026, 0, 1), jobId: crypto.randomUUID() };
  assertEquals(parseJobPageToken(jobPageToken(position)), position);
  assertEquals([jobPageToken(undefined), parseJobPageToken("")], ["", undefined]);
  for (const ordinal of [0, 7, 999_999]) assertEquals(parseTaskPageToken(taskPageToken(ordinal)), ordinal);
  assertEquals([taskPageToken(undefined), parseTaskPageToken("")], ["", -1]);
});

Deno.test("what is no token is refused, and the message says what to send", () => {
  const wrong = ["x", "-1", "1.", ".a", "1.2.3", "1;DROP", "1e3", " 1", "99999999999999999999.a", "9".repeat(100_000)];
  for (const token of wrong) {
    const error = assertThrows(
      () => parseJobPageToken(token),
      MeshError,
      "send the next_page_token of the page before",
    );
    assertEquals([error.code, error.message.length < 300], ["INVALID_ARGUMENT", true]);
  }
  for (const token of ["x", "-1", "1.5", "1e3", " 1", "4294967296", "99999999999"]) {
    assertEquals(assertThrows(() => parseTaskPageToken(token), MeshError, "page_token").code, "INVALID_ARGUMENT");
  }
});
