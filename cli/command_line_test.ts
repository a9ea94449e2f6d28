import { parseFlags } from "../agent/config/flags.ts";
import { UsageError } from "../agent/core/errors.ts";
import { assertEquals, assertThrows } from "../tests/assert.ts";
import type { Command } from "./command.ts";
import { asksForJson, decimalNumber, findCommandIn, oneOf, parseCommandLine, wholeNumber } from "./command_line.ts";

const COMMAND: Command = {
  name: "status",
  summary: "",
  usage: ["status DEVICE"],
  flags: { watch: { kind: "boolean", help: "" } },
  arguments: { least: 1, most: 1 },
  run: () => Promise.resolve(),
};

Deno.test("the command is found behind common flags, and the rest of the line is left to it", () => {
  const cases: [string[], string | undefined, string[]][] = [
    [["devices", "--watch"], "devices", ["--watch"]],
    [["--json", "--server", "a:1", "devices", "--watch"], "devices", ["--json", "--server", "a:1", "--watch"]],
    [["run", "--", "cat", "--json"], "run", ["--", "cat", "--json"]],
    [["exec", "cat", "--", "-n"], "exec", ["cat", "--", "-n"]],
    [["--version"], "version", []],
    [["--json"], undefined, ["--json"]],
    [[], undefined, []],
  ];
  for (const [argv, name, rest] of cases) {
    const line = findCommandIn(argv);
    assertEquals([line.entry?.name, line.argv], [name, rest]);
  }
});

Deno.test("an unknown command is named with the nearest known one", () => {
  const wrong: [string[], string][] = [
    [["devcies"], 'unknown command "devcies" (did you mean devices?): `edgemesh help` lists them'],
    [["xyzzyxyzzy"], 'unknown command "xyzzyxyzzy": `edgemesh help` lists them'],
    [["constructor"], 'unknown command "constructor"'],
    [["--sever", "a:1", "devices"], "unknown flag --sever (did you mean --server?)"],
  ];
  for (const [argv, message] of wrong) assertThrows(() => findCommandIn(argv), UsageError, message);
});

Deno.test("too few and too many arguments are refused with the usage", () => {
  assertEquals(parseCommandLine(COMMAND, ["laptop", "--watch"]).positionals, ["laptop"]);
  assertThrows(() => parseCommandLine(COMMAND, []), UsageError, "status needs an argument: edgemesh status DEVICE");
  assertThrows(
    () => parseCommandLine(COMMAND, ["a", "b"]),
    UsageError,
    'unexpected argument "b": edgemesh status DEVICE',
  );
  assertThrows(
    () => parseCommandLine(COMMAND, ["a", "--wach"]),
    UsageError,
    "unknown flag --wach (did you mean --watch?)",
  );
  assertEquals(parseCommandLine(COMMAND, ["--help"]).given.has("help"), true);
});

Deno.test("numbers and choices are checked, with the flag and the value named", () => {
  const given = (...argv: string[]) => parseFlags({ n: { kind: "string", help: "" } }, argv).given;
  const range = { least: 0, most: 1000 };
  assertEquals([wholeNumber(given("--n", "12"), "n", range), wholeNumber(given(), "n", range)], [12, undefined]);
  for (const value of ["1001", "1.5", "x", "1e2", "0x10", "99999999999999999999"]) {
    const message = `--n "${value}": not a whole number from 0 to 1000`;
    assertThrows(() => wholeNumber(given("--n", value), "n", range), UsageError, message);
  }
  assertThrows(() => wholeNumber(given("--n=-1"), "n", range), UsageError, '--n "-1"');
  const decimals = [".5", "0", "2", "1.25"].map((value) =>
    decimalNumber(given("--n", value), "n", { least: 0, most: 2 })
  );
  assertEquals(decimals, [0.5, 0, 2, 1.25]);
  for (const value of ["2.1", "1e-1", "one", ".", "NaN"]) {
    const message = `--n "${value}": not a number from 0 to 2`;
    assertThrows(() => decimalNumber(given("--n", value), "n", { least: 0, most: 2 }), UsageError, message);
  }
  assertEquals(oneOf(given("--n", "b"), "n", ["a", "b"]), "b");
  assertEquals(oneOf(given("--n", "done"), "n", ["QUEUED", "DONE"]), "DONE");
  assertThrows(() => oneOf(given("--n", "conct"), "n", ["concat"]), UsageError, "(did you mean concat?)");
});

Deno.test("a line asks for JSON even when it cannot be parsed, but not in somebody else's part", () => {
  assertEquals(asksForJson(["devices", "--wrong", "--json"]), true);
  assertEquals(asksForJson(["run", "--", "cat", "--json"]), false);
});
