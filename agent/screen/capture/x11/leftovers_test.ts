import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "../../../../tests/assert.ts";
import { until } from "../../../../tests/screen/x11_desk.ts";
import { Xvfb, XVFB_MISSING } from "../../../../tests/screen/xvfb.ts";
import { segmentsOf } from "./many_opens.ts";

const ignore = XVFB_MISSING !== undefined;
const PROGRAM = fileURLToPath(new URL("./many_opens.ts", import.meta.url));
/** What a collector of garbage may leave for later, in MB. 200 pictures that were not given back are 737. */
const SPREAD_MB = 150;
/** What Deno's own threads may open meanwhile. 200 connections that were not closed are 200. */
const SPREAD_FILES = 20;

function program(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--quiet", "-A", PROGRAM, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
}

for (const way of ["shm", "socket"]) {
  Deno.test({ name: `a display opened and closed 200 times leaves nothing behind (${way})`, ignore }, async () => {
    await using server = await Xvfb.start({ width: 1280, height: 720 });
    const { stdout, success } = await program(server.display, "200", way).output();
    assert(success);
    const { before, after } = JSON.parse(new TextDecoder().decode(stdout));
    assert(after.files < before.files + SPREAD_FILES, `${before.files} open files became ${after.files}`);
    assert(after.memory < before.memory + SPREAD_MB, `${before.memory} MB became ${after.memory} MB`);
  });
}

Deno.test(
  { name: "a program killed while it shares memory with a server leaves none of it behind", ignore },
  async () => {
    await using server = await Xvfb.start();
    const child = program(server.display, "0", "shm", "hold").spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assertEquals(new TextDecoder().decode(value).trim(), "1", "it shares no memory");
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    await until(() => Promise.resolve(segmentsOf(child.pid)), (count) => count === 0, "the memory's removal");
  },
);
