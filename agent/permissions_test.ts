import { resolve } from "node:path";
import { assertEquals } from "../tests/assert.ts";
import { AGENT_FLAGS } from "./config/agent_flags.ts";
import { parseFlags } from "./config/flags.ts";
import { loadConfig } from "./config/load.ts";
import { permissionUses } from "./permissions.ts";

/** Whether a kind of permission is kept with these flags, and what for. */
function use(kind: "run" | "ffi", ...argv: string[]): [kept: boolean, reason: string] {
  const config = loadConfig(parseFlags(AGENT_FLAGS, argv).given, (name) => name === "HOME" ? "/home/ada" : undefined);
  const use = permissionUses(config).find(({ name }) => name === kind);
  return [use?.kept ?? false, use?.reason ?? ""];
}

const run = (...argv: string[]) => use("run", "--no-screen", ...argv);

Deno.test("the permission to run programs is kept for allowed commands, for a planner program, and nothing else", () => {
  const program = resolve("brain");
  const none = [false, "no command is allowed, no planner program is used, and no screen is shown"];
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

Deno.test("a screen that is shown keeps the permission for programs and the system's libraries, one that is off does not", () => {
  const programs = "programs that capture or make video (grim, screencapture, ffmpeg)";
  assertEquals(use("run", "--allow", "none"), [true, `the screen: its user's dialog, and ${programs}`]);
  assertEquals(use("run", "--allow", "ls", "--screen", "allow"), [
    true,
    `allowed commands: ls; the screen: ${programs}`,
  ]);
  const libraries = "the screen: the system's libraries that capture, and the one that makes JPEGs";
  assertEquals(use("ffi"), [true, libraries]);
  assertEquals(use("ffi", "--screen", "off"), [
    false,
    "the screen is off; what sends files was looked up at the start",
  ]);
});
