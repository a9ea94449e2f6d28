import { assertEquals } from "../../../tests/assert.ts";
import { shippedLibrary } from "./shipped_codecs.ts";

const { os, arch } = Deno.build;

Deno.test({
  name: "a worker that is ended while it encodes takes nothing else with it",
  ignore: shippedLibrary(os, arch)?.kind !== "functions",
  // In a process of its own: what goes wrong ends the process.
  fn: async () => {
    const program = `
      for (let round = 0; round < 6; round++) {
        const worker = new Worker(${JSON.stringify(import.meta.resolve("./encoding_worker.ts"))}, { type: "module" });
        await new Promise((resolve) => worker.onmessage = resolve);
        await new Promise((resolve) => setTimeout(resolve, 3 + round));
        worker.terminate();
      }
      console.log("alive");`;
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "-A",
        "--frozen",
        "--config",
        config,
        `data:text/javascript,${encodeURIComponent(program)}`,
      ],
      stderr: "inherit",
    }).output();
    assertEquals({ code, said: new TextDecoder().decode(stdout) }, { code: 0, said: "alive\n" });
  },
});
