import { assert, assertEquals, assertMatch } from "../../tests/assert.ts";
import { eventually, TemporaryFolder } from "../../tests/processes.ts";
import { CommandRunner } from "../commands/run.ts";
import { OutputFolder } from "../files/outputs/output_folder.ts";
import { commandKind } from "./command.ts";
import { echo } from "./echo.ts";
import { INLINE_BYTES, isLong } from "./file_outputs.ts";
import type { LastingKind } from "./task_kind.ts";
import { TaskWorker } from "./task_worker.ts";

const HOST = {
  info: () => {
    throw new Error("not asked for");
  },
  sample: () => {
    throw new Error("not asked for");
  },
};

/** A worker that keeps long outputs as files. */
class Rig implements Disposable {
  readonly folder = new TemporaryFolder();
  readonly outputs: OutputFolder;
  readonly commands: CommandRunner;
  #worker: TaskWorker | undefined;

  constructor(bytes = 2 ** 30) {
    this.outputs = new OutputFolder(this.folder.file("outputs"), { keepMs: undefined, limits: { files: 9, bytes } });
    this.commands = new CommandRunner({ allow: ["head", "sh"], share: this.folder.path });
  }

  async start(...kinds: LastingKind[]): Promise<void> {
    await this.outputs.start();
    this.#worker = new TaskWorker(HOST, [echo, commandKind(this.commands), ...kinds], this.outputs);
  }

  async run(kind: string, input: string, fileUnder = "job", signal?: AbortSignal) {
    assert(this.#worker);
    return await this.#worker.begin({ kind, input, fileUnder }, signal);
  }

  sh(script: string, signal?: AbortSignal) {
    return this.run("COMMAND", JSON.stringify(["sh", "-c", script]), "job", signal);
  }

  get files(): Uint8Array[] {
    const path = this.folder.file("outputs");
    return [...Deno.readDirSync(path)].map(({ name }) => Deno.readFileSync(`${path}/${name}`));
  }

  [Symbol.dispose](): void {
    this.outputs.stop();
    this.folder[Symbol.dispose]();
  }
}

const UNIX = { ignore: Deno.build.os === "windows" };

Deno.test("an output is long from one byte of UTF-8 above the limit on, whatever its characters", () => {
  for (const character of ["x", "é", "€", "😀", "\ud800"]) {
    const size = new TextEncoder().encode(character).length;
    const most = character.repeat(Math.floor(INLINE_BYTES / size)) + "x".repeat(INLINE_BYTES % size);
    assertEquals([isLong(most), isLong(`${most}x`)], [false, true], character);
  }
});

Deno.test("a long text is a file with the same bytes, where files are taken; characters stay whole", async () => {
  using rig = new Rig();
  await rig.start();
  const text = `x${"😀".repeat(1024 * 1024)}`;
  const { ok, output, output_file } = await rig.run("ECHO", text);
  const bytes = new TextEncoder().encode(`echo: ${text}`);
  assertEquals([ok, output, output_file?.size_bytes], [true, "", bytes.length]);
  assertEquals(rig.files.map((file) => new TextDecoder().decode(file) === `echo: ${text}`), [true]);
  const inline = await rig.run("ECHO", text, "");
  assertEquals([inline.output.length, inline.output_file], [text.length + 6, undefined]);
});

Deno.test(
  "an output for which there is no room fails the attempt with the reason, and leaves nothing",
  UNIX,
  async () => {
    using rig = new Rig(300_000);
    await rig.start();
    const runs = [await rig.run("ECHO", "x".repeat(400_000)), await rig.sh("head -c 400000 /dev/zero")];
    for (const { ok, error, error_code } of runs) {
      assertEquals([ok, error_code], [false, "RESOURCE_EXHAUSTED"]);
      assertMatch(error, /its output cannot be kept: /);
    }
    assertEquals(rig.files, []);
  },
);

Deno.test("a command's long output goes into a file byte by byte, and is cut where it has no end", UNIX, async () => {
  using rig = new Rig();
  await rig.start();
  const exact = await rig.sh(`head -c ${INLINE_BYTES} /dev/zero`);
  assertEquals([exact.output.length, exact.output_file], [INLINE_BYTES, undefined]);
  const { output_file } = await rig.sh("printf '\\377'; head -c 5000000 /dev/zero");
  assertEquals([output_file?.size_bytes, rig.files[0]?.[0]], [5_000_001, 255]);
  await rig.outputs.remove("job");
  const most = 64 * 1024 * 1024;
  const cut = await rig.sh("head -c 70000000 /dev/zero");
  const [file] = rig.files;
  assert(file);
  assertEquals(cut.output_file?.size_bytes, file.length);
  assertEquals(new TextDecoder().decode(file.subarray(most)), `\n[edgemesh: output cut after ${most} bytes]\n`);
});

Deno.test("a command that fails, or is cancelled, leaves no file", UNIX, async () => {
  using rig = new Rig();
  await rig.start();
  assertEquals((await rig.sh("head -c 1000000 /dev/zero; exit 3")).error, "exit code 3");
  assertEquals(rig.files, []);
  const stop = new AbortController();
  const running = rig.sh("head -c 1000000 /dev/zero; while :; do sleep 1; done", stop.signal);
  await eventually(() => rig.files.length > 0, "a file");
  stop.abort();
  assertEquals((await running).error_code, "CANCELLED");
  assertEquals(rig.files, []);
});
