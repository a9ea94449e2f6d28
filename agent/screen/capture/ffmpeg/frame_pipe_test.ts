import { MeshError } from "../../../core/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../../../tests/assert.ts";
import { eventually, pidIn, TemporaryFolder } from "../../../../tests/processes.ts";
import { isAlive } from "../../../../tests/process_id.ts";
import { FramePipe } from "./frame_pipe.ts";

const PATIENCE_MS = 30_000;
const UNIX = Deno.build.os !== "windows";

/** A program that writes pictures of 4 bytes, and takes the folder's path as `$1`. */
function pipeOf(script: string, folder = "/", frameBytes = 4): FramePipe {
  const environment = { PATH: Deno.env.get("PATH") ?? "" };
  const args = ["-c", script, "sh", folder];
  return new FramePipe({ program: "/bin/sh", args, folder: "/", environment }, frameBytes);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

async function failure(run: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(run, MeshError);
  assertEquals(error.code, "UNAVAILABLE");
  return error.message;
}

Deno.test({
  name: "a reader that looks late sees the newest picture, not those that it missed",
  ignore: !UNIX,
  async fn() {
    const pipe = pipeOf("printf aaaabbbbcc; printf ccdddd; sleep 60");
    try {
      await eventually(() => pipe.count === 4 || undefined, "four pictures");
      assertEquals(text(await pipe.newest(PATIENCE_MS)), "dddd");
      assertEquals(text(await pipe.newest(PATIENCE_MS)), "dddd");
    } finally {
      await pipe.close();
    }
  },
});

Deno.test({
  name: "a picture that was given out stays as it is while further ones come",
  ignore: !UNIX,
  async fn() {
    using folder = new TemporaryFolder();
    const pipe = pipeOf(
      'printf aaaa; until [ -e "$1/go" ]; do sleep 0.02; done; printf bbbbccccddddeeee; sleep 60',
      folder.path,
    );
    try {
      const first = await pipe.newest(PATIENCE_MS);
      folder.write("go", "");
      await eventually(() => pipe.count === 5 || undefined, "five pictures");
      assertEquals(text(first), "aaaa");
      assertEquals(text(await pipe.newest(PATIENCE_MS)), "eeee");
    } finally {
      await pipe.close();
    }
  },
});

Deno.test({
  name: "a program that ends makes the screen unavailable, and its last words are the reason",
  ignore: !UNIX,
  async fn() {
    const pipe = pipeOf("printf aaaab; echo 'display: gone' >&2; exit 3");
    try {
      const hasFailed = () => pipe.newest(PATIENCE_MS).then(() => undefined, () => true);
      await eventually(hasFailed, "the program's end");
      const message = await failure(() => pipe.newest(PATIENCE_MS));
      assertStringIncludes(message, "it ended with code 3: display: gone");
      assertThrows(() => pipe.count, MeshError);
    } finally {
      await pipe.close();
    }
  },
});

Deno.test({
  name: "a program that writes nothing is given up",
  ignore: !UNIX,
  async fn() {
    const pipe = pipeOf("sleep 60");
    try {
      assertStringIncludes(await failure(() => pipe.newest(30)), "no picture came within 30 ms");
    } finally {
      await pipe.close();
    }
  },
});

Deno.test({
  name: "closing ends the program and what it started, and whoever waits for a picture",
  ignore: !UNIX,
  async fn() {
    using folder = new TemporaryFolder();
    const pipe = pipeOf('sleep 60 & echo $! > "$1/pid"; wait', folder.path);
    const waiting = failure(() => pipe.newest(PATIENCE_MS));
    const child = await pidIn(folder.file("pid"));
    await Promise.all([pipe.close(), pipe.close()]);
    assertStringIncludes(await waiting, "it was closed");
    await eventually(() => !isAlive(child) || undefined, "the end of the child");
  },
});

Deno.test("a program that is not there cannot be started", () => {
  const start = { program: "/nonexistent/ffmpeg", args: [], folder: "/", environment: {} };
  assertThrows(() => new FramePipe(start, 4), MeshError, "cannot be started");
});
