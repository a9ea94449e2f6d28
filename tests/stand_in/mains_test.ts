import { assertEquals } from "../assert.ts";

/** Starts a stand-in as a program, and gives its URL to a test. */
async function withProgram(file: string, args: readonly string[], test: (url: string) => Promise<void>): Promise<void> {
  const main = new URL(file, import.meta.url).href;
  const program = new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "-A", main, ...args],
    stdout: "piped",
  }).spawn();
  const reader = program.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      if (text.includes("\n")) break;
    }
    await test(text.trim());
  } finally {
    program.kill("SIGTERM");
    await reader.cancel();
    assertEquals((await program.status).code, 0);
  }
}

Deno.test("the stand-ins run as programs that print their URL", async () => {
  await withProgram("./ollama_main.ts", ["--model", "tiny:cold", "--ms-per-token", "1"], async (url) => {
    assertEquals((await (await fetch(`${url}/api/tags`)).json()).models[0].name, "tiny:latest");
    assertEquals((await (await fetch(`${url}/api/ps`)).json()).models, []);
  });
  await withProgram("./openai_main.ts", ["--model", "a", "--model", "b"], async (url) => {
    const { data } = await (await fetch(`${url}/v1/models`)).json();
    assertEquals(data.map(({ id }: { id: string }) => id), ["a", "b"]);
  });
});
