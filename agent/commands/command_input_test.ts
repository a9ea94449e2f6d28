import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { commandInput } from "./command_input.ts";

Deno.test("a JSON array of texts is a command with its arguments, verbatim", () => {
  assertEquals(commandInput('["ls"]'), { command: "ls", args: [] });
  assertEquals(commandInput(' ["a b", "", "$(id)", "\\n", "日本"]\n'), {
    command: "a b",
    args: ["", "$(id)", "\n", "日本"],
  });
});

Deno.test("an input that is no command is refused on one line that says why", () => {
  const wrong: Record<string, string> = {
    "": "there is none",
    "ls -l": "it is not JSON",
    '["ls"': "it is not JSON",
    '"ls"': "it is a text",
    "null": "it is null",
    '{"command":"ls"}': "it is an object",
    "[]": "it is empty",
    '["ls", 1]': "[1] is a number",
    '["ls", null]': "[1] is null",
    '[["ls"]]': "[0] is an array",
    '[""]': "[0], the program, is empty",
    '["ls\\u0000"]': "[0] contains a NUL byte",
    '["ls", "a\\u0000b"]': "[1] contains a NUL byte",
  };
  for (const [input, reason] of Object.entries(wrong)) {
    const { code, message } = assertThrows(() => commandInput(input), MeshError, reason);
    assertEquals(code, "INVALID_ARGUMENT");
    assert(message.startsWith("input: ") && !message.includes("\n"), message);
  }
});
