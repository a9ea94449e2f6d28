import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "../../../tests/assert.ts";
import { DownloadRig, unlikeBytes } from "./download_rig.ts";

const SIZE = 1_500_000;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  const command = new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
    env: { LC_ALL: "C", no_proxy: "*" },
  });
  const { code, stdout, stderr } = await command.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

function isThere(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.warn(`${program} is not installed: what it makes of downloads is not tested`);
    return false;
  }
}

const WITH_CURL = { ignore: !isThere("curl") };
const WITH_WGET = { ignore: !isThere("wget") };

interface Scene {
  readonly rig: DownloadRig;
  readonly bytes: Uint8Array;
  /** An empty folder, where the client works. */
  readonly here: string;
  saved(name: string): Buffer;
}

/** A file `file` to download, and a folder to save it in. */
async function scene(work: (scene: Scene) => Promise<void>): Promise<void> {
  await using rig = await DownloadRig.start();
  const bytes = unlikeBytes(SIZE);
  Deno.writeFileSync(rig.folder.file("file"), bytes);
  const here = rig.folder.file("client");
  Deno.mkdirSync(here);
  await work({ rig, bytes, here, saved: (name) => Buffer.from(Deno.readFileSync(`${here}/${name}`)) });
}

Deno.test("curl saves a file under its own name", WITH_CURL, () =>
  scene(async ({ rig, bytes, here, saved }) => {
    Deno.renameSync(rig.folder.file("file"), rig.folder.file("model 7b.gguf"));
    const { code, stderr } = await run("curl", ["-sSfOJ", await rig.address("model 7b.gguf")], here);
    assertEquals([code, stderr], [0, ""]);
    assert(saved("model 7b.gguf").equals(bytes));
  }));

Deno.test(
  "curl goes on where it was broken off, with a ticket of its own",
  WITH_CURL,
  () =>
    scene(async ({ rig, bytes, here, saved }) => {
      Deno.writeFileSync(`${here}/file`, bytes.subarray(0, 700_001));
      const { code, stderr } = await run("curl", ["-sSf", "-C", "-", "-o", "file", await rig.address("file")], here);
      assertEquals([code, stderr], [0, ""]);
      assert(saved("file").equals(bytes));
    }),
);

Deno.test(
  "curl gets parts of a file, and is told where there are none",
  WITH_CURL,
  () =>
    scene(async ({ rig, bytes, here, saved }) => {
      for (
        const [range, begin, end] of [["0-99", 0, 100], ["1000000-", 1_000_000, SIZE], ["-5", SIZE - 5, SIZE]] as const
      ) {
        const address = await rig.address("file");
        const { stdout } = await run("curl", ["-sS", "-r", range, "-o", "part", "-w", "%{http_code}", address], here);
        assertEquals(stdout, "206");
        assert(saved("part").equals(bytes.subarray(begin, end)), range);
      }
      const behind = ["-sSf", "-r", `${SIZE}-`, await rig.address("file")];
      assertMatch((await run("curl", behind, here)).stderr, /error: 416/);
    }),
);

Deno.test(
  "curl sees that a ticket was used, and looks at one by HEAD without using it",
  WITH_CURL,
  () =>
    scene(async ({ rig, here }) => {
      const address = await rig.address("file");
      const head = await run("curl", ["-sSfI", address], here);
      assertMatch(head.stdout, new RegExp(`^HTTP/1.1 200 OK\r\n[^]*content-length: ${SIZE}\r\n`));
      assertEquals((await run("curl", ["-sSfo", "file", address], here)).code, 0);
      assertMatch((await run("curl", ["-sSf", address], here)).stderr, /error: 403/);
    }),
);

Deno.test(
  "curl is told of a file that is cut short, and does not take it for whole",
  WITH_CURL,
  () =>
    scene(async ({ rig, here }) => {
      const path = rig.folder.write("large", "");
      Deno.truncateSync(path, 256 * 1024 * 1024);
      const args = ["-sS", "--limit-rate", "20M", "-o", "large", await rig.address("large")];
      const ended = run("curl", args, here);
      while (!await hasBytes(`${here}/large`)) await new Promise((resolve) => setTimeout(resolve, 10));
      Deno.truncateSync(path, 1000);
      // A connection that ended before all had come.
      const { code, stderr } = await ended;
      assert(code === 18 || code === 56, `${code}: ${stderr}`);
    }),
);

Deno.test(
  "wget saves a file, and goes on where it was broken off",
  WITH_WGET,
  () =>
    scene(async ({ rig, bytes, here, saved }) => {
      const whole = await run("wget", ["-nv", "--content-disposition", await rig.address("file")], here);
      assertEquals(whole.code, 0, whole.stderr);
      assert(saved("file").equals(bytes));
      Deno.writeFileSync(`${here}/part`, bytes.subarray(0, 900_000));
      const rest = await run("wget", ["-nv", "-c", "-O", "part", await rig.address("file")], here);
      assertEquals(rest.code, 0, rest.stderr);
      assert(saved("part").equals(bytes));
    }),
);

async function hasBytes(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).size > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
