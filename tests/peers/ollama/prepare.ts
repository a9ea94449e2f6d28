/**
 * Makes an Ollama be there for the tests: `deno run -A tests/peers/ollama/prepare.ts`. Prints where it is, for
 * EDGEMESH_TEST_OLLAMA. Exits with 1, and one line on why, when there can be none.
 */
import { buildOllama } from "./build_ollama.ts";
import { findOllama, ollamaRequired } from "./find_ollama.ts";

async function prepare(): Promise<string> {
  const found = await findOllama();
  if ("program" in found) return found.program;
  if (ollamaRequired() || Deno.build.os !== "linux") throw new Error(found.missing);
  return await buildOllama((line) => console.error(line));
}

try {
  console.log(await prepare());
} catch (error) {
  console.error(`cannot prepare Ollama: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
