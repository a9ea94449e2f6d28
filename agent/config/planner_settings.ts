import { UsageError } from "../core/errors.ts";
import { oneOf } from "./checks.ts";
import type { PlannerConfig } from "./config.ts";
import { type Environment, resolvePath } from "./paths.ts";
import { checked, type Setting, type Settings } from "./settings.ts";

/** How the external planner program is switched on, and where it is. */
const SWITCH = "USE_WINDOWS_AI_PLANNER";
const PATH = "WINDOWS_AI_CLI_PATH";

/**
 * Who turns words into plans.
 *
 * @throws {UsageError} for a wrong value, and where a program is to be used that is not named.
 */
export function plannerConfig(env: Environment, settings: Settings): PlannerConfig {
  const use = settings.text("planner");
  const program = checked(programSetting(settings), (text) => {
    if (text === "") throw new UsageError("names no file");
    return resolvePath(text, env);
  }) ?? "";
  const config = { use: checked(use, oneOf("auto", "deterministic", "model", "external")) ?? "auto", program };
  if (config.use === "external" && program === "") {
    throw new UsageError(
      `${use?.origin} "external" needs the program: give it with --planner-program FILE, or set ${SWITCH}=true and ${PATH}`,
    );
  }
  return config;
}

/** A flag beats the environment, which beats the config file. */
function programSetting(settings: Settings): Setting<string> | undefined {
  const flag = settings.flag("planner-program");
  if (flag) return flag;
  const inFile = settings.textInFile("planner-program");
  const isOn = checked(settings.inEnvironment(SWITCH), oneOf("true", "false")) === "true";
  if (!isOn) return inFile;
  const path = settings.inEnvironment(PATH) ?? inFile;
  if (!path) {
    throw new UsageError(`${SWITCH} is true, but no program is named: set ${PATH}, or give --planner-program FILE`);
  }
  return path;
}
