import { MeshError, messageOf } from "../core/errors.ts";
import { checkText } from "./allow_list.ts";

/** A command as the input of a task says it. */
export interface CommandInput {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Reads the input of a task of kind COMMAND: a JSON array of texts, the program first, as in `["ls","-l"]`.
 *
 * @throws {MeshError} `INVALID_ARGUMENT`, beginning with `input: `, when it is something else or no program could take it
 */
export function commandInput(text: string): CommandInput {
  const [command, ...args] = texts(text);
  if (command === undefined) throw noCommand("it is empty");
  if (command === "") throw new MeshError("INVALID_ARGUMENT", "input: [0], the program, is empty");
  try {
    checkText(command, args);
  } catch (error) {
    throw new MeshError("INVALID_ARGUMENT", `input: ${messageOf(error)}`, { cause: error });
  }
  return { command, args };
}

function texts(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw noCommand(text.trim() === "" ? "there is none" : "it is not JSON", error);
  }
  if (!Array.isArray(value)) throw noCommand(`it is ${nameOf(value)}`);
  return value.map((item: unknown, at) => {
    if (typeof item !== "string") throw noCommand(`[${at}] is ${nameOf(item)}`);
    if (item.includes("\0")) throw new MeshError("INVALID_ARGUMENT", `input: [${at}] contains a NUL byte`);
    return item;
  });
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return "a text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function noCommand(reason: string, cause?: unknown): MeshError {
  const text = `input: is not a JSON array of texts: ${reason}; write the program first, as in ["ls","-l"]`;
  return new MeshError("INVALID_ARGUMENT", text, { cause });
}
