import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { EventStream, type ServerSentEvent } from "./event_stream.ts";
import { LineSplitter, LineTooLong } from "./line_splitter.ts";

function eventsOf(text: string, step: number): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  const stream = new EventStream(1000, (event) => events.push(event));
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += step) stream.push(bytes.subarray(at, at + step));
  stream.end();
  return events;
}

const message = (data: string): ServerSentEvent => ({ name: "message", data });

Deno.test("events are the same however their bytes are cut", () => {
  const text = ': a comment\r\n\r\ndata: {"a":"ä€😀"}\r\n\r\nid: 5\nevent: end\ndata:no space\n\n' +
    "data: first\ndata: second\n\nevent: nothing\n\ndata\n\ndata: last";
  const expected = [
    message('{"a":"ä€😀"}'),
    { name: "end", data: "no space" },
    message("first\nsecond"),
    message(""),
    message("last"),
  ];
  for (const step of [1, 2, 3, 7, 1000]) assertEquals(eventsOf(text, step), expected);
});

Deno.test("a failure that llama.cpp's server tells in a field of its own is an event", () => {
  assertEquals(eventsOf('error: {"code":400}\n\ndata: [DONE]\n\n', 4), [
    { name: "error", data: '{"code":400}' },
    message("[DONE]"),
  ]);
});

Deno.test("lines are cut at their ends, with or without the last one", () => {
  const lines: string[] = [];
  const splitter = new LineSplitter(10, (line) => lines.push(line));
  for (const part of ["a", "b\nc\r", "\n", "\nd", "e"]) splitter.push(new TextEncoder().encode(part));
  assertEquals(lines, ["ab", "c", ""]);
  splitter.end();
  assertEquals(lines, ["ab", "c", "", "de"]);
});

Deno.test("a line that is too long is refused before it is whole", () => {
  const splitter = new LineSplitter(10, () => {});
  splitter.push(new TextEncoder().encode("0123456789"));
  assertThrows(() => splitter.push(new TextEncoder().encode("x")), LineTooLong, "a line of more than 10 characters");
  assertThrows(() => new LineSplitter(3, () => {}).push(new TextEncoder().encode("abcd\n")), LineTooLong);
});
