import { assertEquals, assertMatch, assertRejects } from "../../../tests/assert.ts";
import { TemporaryFolder } from "../../../tests/processes.ts";
import { MeshError } from "../../core/errors.ts";
import { OutputFolder, type OutputFolderOptions } from "./output_folder.ts";

const HELLO = new TextEncoder().encode("hello");
const HELLO_SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

class Rig implements Disposable {
  readonly #folder = new TemporaryFolder();
  readonly path = this.#folder.file("outputs");

  async open(options: Partial<OutputFolderOptions> = {}): Promise<OutputFolder & Disposable> {
    const folder = new OutputFolder(this.path, { keepMs: undefined, ...options });
    await folder.start();
    return Object.assign(folder, { [Symbol.dispose]: () => folder.stop() });
  }

  get names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

async function keep(folder: OutputFolder, jobId: string) {
  const writer = await folder.begin(jobId);
  await writer.write(HELLO);
  return await writer.finish();
}

async function codeOf(refused: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(refused, MeshError)).code;
}

Deno.test("an output can be read under its name, after a restart, too, and under no other", async () => {
  using rig = new Rig();
  using first = await rig.open();
  const file = await keep(first, "../../job");
  assertMatch(file.name, /^[\w-]{43}$/);
  assertEquals([file.size_bytes, file.sha256], [5, HELLO_SHA256]);
  using again = await rig.open();
  await using opened = await again.open(file.name);
  assertEquals(opened.size, 5);
  for (const name of ["", ".", "..", `../outputs/${rig.names[0]}`, rig.names[0] ?? "", file.name.slice(1)]) {
    assertEquals(await codeOf(() => again.open(name)), "NOT_FOUND", name);
  }
});

Deno.test("what was not finished leaves nothing, whether it was given up or its program ended", async () => {
  using rig = new Rig();
  using first = await rig.open();
  const given = await first.begin("job");
  await given.write(HELLO);
  await Promise.all([given.discard(), given.discard()]);
  assertEquals(await codeOf(() => given.write(HELLO)), "CANCELLED");
  assertEquals(rig.names, []);
  const cut = await first.begin("job");
  await cut.write(HELLO);
  assertEquals(rig.names.length, 1);
  using _again = await rig.open();
  assertEquals(rig.names, []);
  await cut.discard();
});

Deno.test("a job's outputs are removed together, one of them alone, and none of another job's", async () => {
  using rig = new Rig();
  using folder = await rig.open();
  const [a, b, c] = [await keep(folder, "one"), await keep(folder, "one"), await keep(folder, "other")];
  await folder.remove("one", c.name);
  await folder.remove("one", a.name);
  assertEquals(await codeOf(() => folder.look(a.name)), "NOT_FOUND");
  assertEquals(rig.names.length, 2);
  await folder.remove("one");
  assertEquals(await codeOf(() => folder.look(b.name)), "NOT_FOUND");
  assertEquals((await folder.look(c.name)).size, 5n);
});

Deno.test("an output that somebody removed, or put a link in the place of, is gone", async () => {
  using rig = new Rig();
  using folder = await rig.open();
  const [a, b] = [await keep(folder, "job"), await keep(folder, "job")];
  const [one, two] = [a, b].map(({ name }) => `${rig.path}/${rig.names.find((found) => found.endsWith(name))}`);
  Deno.removeSync(one ?? "");
  assertEquals(await codeOf(() => folder.look(a.name)), "NOT_FOUND");
  if (Deno.build.os === "windows") return;
  Deno.removeSync(two ?? "");
  Deno.symlinkSync("/etc/hostname", two ?? "");
  await assertRejects(() => folder.open(b.name), MeshError);
});

Deno.test("outputs are bounded in number and in bytes; what is removed makes room", async () => {
  using rig = new Rig();
  using folder = await rig.open({ limits: { files: 2, bytes: 12 } });
  const writing = await folder.begin("job");
  await keep(folder, "job");
  assertEquals(await codeOf(() => folder.begin("job")), "RESOURCE_EXHAUSTED");
  await writing.write(HELLO);
  const error = await assertRejects(() => writing.write(HELLO), MeshError);
  assertMatch(error.message, /cannot be kept: the outputs that this device keeps would be more than 12 bytes/);
  await writing.discard();
  await keep(folder, "job");
  await folder.remove("job");
  await keep(folder, "job");
  await keep(folder, "job");
  assertEquals(rig.names.length, 2);
});

Deno.test("an output whose time is over is removed", async () => {
  using rig = new Rig();
  using folder = await rig.open();
  const [old, young] = [await keep(folder, "job"), await keep(folder, "job")];
  const past = new Date(Date.now() - 3_600_000);
  Deno.utimeSync(`${rig.path}/${rig.names.find((name) => name.endsWith(old.name))}`, past, past);
  using _again = await rig.open({ keepMs: 1_800_000 });
  assertEquals(rig.names.map((name) => name.slice(-43)), [young.name]);
});
