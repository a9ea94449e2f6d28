import { run } from "../run.ts";
import { cacheFolder } from "./cache_folder.ts";

/** The release that is built; its module at Go's proxy has the source. */
export const VERSION = "v0.17.4";

/** Where the built program is kept. */
export function builtOllama(): string {
  return `${cacheFolder()}/ollama-${VERSION}/ollama`;
}

/** A program that runs, or one line on why there is none and what to do. */
export type Ollama = { readonly program: string } | { readonly missing: string };

/**
 * Finds an Ollama to test with: the one that EDGEMESH_TEST_OLLAMA names, else the one that `prepare.ts` has built.
 * Never one of the user's own.
 */
export async function findOllama(): Promise<Ollama> {
  if (Deno.build.os !== "linux") return { missing: "the tests start Ollama on Linux only" };
  const named = Deno.env.get("EDGEMESH_TEST_OLLAMA");
  const program = named || builtOllama();
  const failure = await run(program, ["--version"]);
  if (failure === undefined) return { program };
  if (named) return { missing: `EDGEMESH_TEST_OLLAMA names ${named}, which does not run: ${failure}` };
  return { missing: `${program}: ${failure}; make it with: deno run -A tests/peers/ollama/prepare.ts` };
}

/** Whether a test that needs it must fail without it: somebody has named one. */
export function ollamaRequired(): boolean {
  return Boolean(Deno.env.get("EDGEMESH_TEST_OLLAMA"));
}
