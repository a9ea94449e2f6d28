import { resolve } from "node:path";
import { assertEquals } from "../tests/assert.ts";
import { AGENT_FLAGS } from "./config/agent_flags.ts";
import { parseFlags } from "./config/flags.ts";
import { loadConfig } from "./config/load.ts";
import { permissionUses } from "./permissions.ts";

/** Whether the permission to run programs is kept with these flags, and what for. */
function run(...argv: string[]): [kept: boolean, reason: string] {
  const config = loadConfig(parseFlags(AGENT_FLAGS, argv).given, (name) => name === "HOME" ? "/home/ada" : undefined);
  const use = permissionUses(config).find(({ name }) => name === "run");
  return [use?.kept ?? false, use?.reason ?? ""];
}

Deno.test("the permission to run programs is kept for allowed commands and for a planner program, and nothing else", () => {
  const program = resolve("brain");
  const none = [false, "no command is allowed, and no planner program is used"];
  assertEquals(run("--allow", "ls,git"), [true, "allowed commands: ls, git"]);
  assertEquals(run("--allow", "none"), none);
  const planned = ["--allow", "none", "--planner-program", "brain"];
  assertEquals(run(...planned), [true, `the planner program: ${program}`]);
  assertEquals(run(...planned, "--planner", "external"), [true, `the planner program: ${program}`]);
  assertEquals(run(...planned, "--planner", "model"), none);
  assertEquals(run(...planned, "--planner", "deterministic"), none);
  assertEquals(run("--allow", "ls", "--planner-program", "brain"), [
    true,
    `allowed commands: ls; the planner program: ${program}`,
  ]);
});
