import { findOllama, ollamaRequired } from "./find_ollama.ts";

const found = await findOllama();
const missing = "missing" in found && !ollamaRequired() ? found.missing : undefined;

/** A test that needs a real Ollama. Where there is none it is ignored, and its name says why. */
export function testWithOllama(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  const reason = missing === undefined ? "" : ` (ignored: ${missing})`;
  Deno.test({ name: name + reason, ignore: missing !== undefined, fn });
}
