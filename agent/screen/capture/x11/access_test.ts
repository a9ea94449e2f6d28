import { assertEquals, assertRejects } from "../../../../tests/assert.ts";
import { TemporaryFolder } from "../../../../tests/processes.ts";
import { freeDisplayNumber, missingProgram, Xvfb, XVFB_MISSING } from "../../../../tests/screen/xvfb.ts";
import { MeshError } from "../../../core/errors.ts";
import { X11Source } from "./x11_source.ts";

const ignore = (XVFB_MISSING ?? missingProgram("xauth")) !== undefined;

/** An authority file by the program that makes them, and the number of the display that it lets into. */
async function makeAuthority(path: string, number: number, cookie: string): Promise<string> {
  const { success, stderr } = await new Deno.Command("xauth", {
    args: ["-f", path, "add", `:${number}`, "MIT-MAGIC-COOKIE-1", cookie],
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return path;
}

Deno.test({ name: "the cookie of the authority file opens the display, and no other does", ignore }, async () => {
  using folder = new TemporaryFolder();
  const number = freeDisplayNumber();
  const right = await makeAuthority(folder.file("right"), number, "0123456789abcdef0123456789abcdef");
  const wrong = await makeAuthority(folder.file("wrong"), number, "ffffffffffffffffffffffffffffffff");
  const other = await makeAuthority(folder.file("other"), number + 1, "0123456789abcdef0123456789abcdef");
  await using server = await Xvfb.start({ number, authority: right });
  const { display } = server;

  const source = await X11Source.open({ display, authority: right });
  assertEquals((await source.monitors()).length, 1);
  await source.close();

  const refusal = async (authority: string | undefined, says: string) => {
    const error = await assertRejects(() => X11Source.open({ display, authority }), MeshError, says);
    assertEquals(error.code, "PERMISSION_DENIED");
  };
  await refusal(wrong, `the cookie of ${wrong}`);
  await refusal(other, `no cookie, as ${other} has none for it`);
  await refusal(folder.file("missing"), `no cookie, as ${folder.file("missing")} has none for it`);
  await refusal(undefined, "no cookie, as XAUTHORITY has none for it");
});

Deno.test({ name: "a display that does not run is named", ignore }, async () => {
  const display = `:${freeDisplayNumber()}`;
  const error = await assertRejects(() => X11Source.open({ display }), MeshError, `the display ${display}`);
  assertEquals(error.code, "UNAVAILABLE");
});

Deno.test({ name: "a screen that the display does not have is refused", ignore }, async () => {
  await using server = await Xvfb.start({ width: 100, height: 100 });
  const error = await assertRejects(() => X11Source.open({ display: `${server.display}.3` }), MeshError, "no screen 3");
  assertEquals(error.code, "FAILED_PRECONDITION");
});

Deno.test({ name: "a screen whose colours are in a table is refused with the reason", ignore }, async () => {
  await using server = await Xvfb.start({ width: 100, height: 100, depth: 8 });
  const error = await assertRejects(() => X11Source.open({ display: server.display }), MeshError, "table of colours");
  assertEquals(error.code, "FAILED_PRECONDITION");
});

Deno.test({ name: "what listens for a display, but is no X server, is told from one", ignore }, async () => {
  const number = freeDisplayNumber();
  const path = `/tmp/.X11-unix/X${number}`;
  Deno.mkdirSync("/tmp/.X11-unix", { recursive: true });
  using listener = Deno.listen({ transport: "unix", path });
  const answering = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(64));
    await conn.write(new Uint8Array(64).fill(1));
  })();
  const opening = X11Source.open({ display: `:${number}` });
  const error = await assertRejects(() => opening, MeshError, `The display :${number} did not answer as one`);
  assertEquals(error.code, "UNAVAILABLE");
  await answering;
  Deno.removeSync(path);
});
