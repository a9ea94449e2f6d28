import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { UsageError } from "../core/errors.ts";
import { type Flags, parseFlags } from "./flags.ts";

const FLAGS: Flags = {
  grpc: { kind: "string", placeholder: "HOST:PORT", help: "" },
  device: { kind: "list", help: "" },
  json: { kind: "boolean", help: "" },
  output: { kind: "string", short: "o", help: "" },
  ollama: { kind: "string", help: "", later: true },
};

Deno.test("flags may stand before, between and after positionals", () => {
  const { given, positionals } = parseFlags(FLAGS, ["--json", "a", "--grpc", ":1", "b", "-o", "f"]);
  assertEquals(positionals, ["a", "b"]);
  assertEquals([given.has("json"), given.text("grpc"), given.text("output")], [true, ":1", "f"]);
});

Deno.test("a list flag can be repeated and split by commas", () => {
  const { given } = parseFlags(FLAGS, ["--device", "a,b", "--device=c"]);
  assertEquals(given.list("device"), ["a", "b", "c"]);
  assertEquals(given.list("grpc"), undefined);
});

Deno.test("what follows the command of exec is left exactly as it is", () => {
  const line = parseFlags(FLAGS, ["--json", "cat", "--", "--json", "-o"], { verbatimFrom: 0 });
  assertEquals(line.positionals, ["cat", "--", "--json", "-o"]);
  const after = parseFlags(FLAGS, ["--grpc", "x", "--", "cat", "--", "-n"], { verbatimFrom: 0 });
  assertEquals(after.positionals, ["cat", "--", "-n"]);
});

Deno.test("wrong flags are named, with the nearest known one", () => {
  const wrong: [string[], string][] = [
    [["--grcp", "x"], "unknown flag --grcp (did you mean --grpc?)"],
    [["--zzzzzzzz"], "unknown flag --zzzzzzzz"],
    [["-x"], "unknown flag -x"],
    [["--grpc"], "--grpc needs a value: --grpc HOST:PORT"],
    [
      ["--grpc", "--json"],
      `--grpc needs a value: --grpc HOST:PORT (where the value itself begins with "-": --grpc=HOST:PORT)`,
    ],
    [["--grpc="], "--grpc needs a value"],
    [["--json=yes"], "--json takes no value"],
    [["--ollama", "http://x"], "--ollama is not available yet"],
    [["--constructor", "x"], "unknown flag --constructor"],
  ];
  for (const [argv, message] of wrong) assertThrows(() => parseFlags(FLAGS, argv), UsageError, message);
});
