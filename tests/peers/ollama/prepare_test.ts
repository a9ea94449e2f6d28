import { fileURLToPath } from "node:url";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { TemporaryFolder } from "../../processes.ts";

const linux = Deno.build.os === "linux";

/** Prepares with an empty cache, and with these programs at hand. */
async function prepare(env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  using folder = new TemporaryFolder();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--frozen", "-A", fileURLToPath(new URL("prepare.ts", import.meta.url))],
    clearEnv: true,
    env: { HOME: folder.path, PATH: folder.path, NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test({
  name: "where Ollama cannot be built, one line says what is missing",
  ignore: !linux,
  async fn() {
    assertEquals(await prepare({}), {
      code: 1,
      stdout: "",
      stderr: "cannot prepare Ollama: building Ollama needs Go 1.21 or newer and a C++ compiler: go is not installed\n",
    });
  },
});

Deno.test({
  name: "an Ollama that was named and does not run is not replaced by another one",
  ignore: !linux,
  async fn() {
    const { code, stdout, stderr } = await prepare({ EDGEMESH_TEST_OLLAMA: "/no/such/ollama" });
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, "EDGEMESH_TEST_OLLAMA names /no/such/ollama, which does not run: not found");
  },
});
