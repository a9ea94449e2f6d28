import { MeshError } from "../../../core/errors.ts";
import { assertEquals, assertRejects, assertThrows } from "../../../../tests/assert.ts";
import { TemporaryFolder } from "../../../../tests/processes.ts";
import { scaleOf, waylandOutputs, waylandSocket } from "./outputs.ts";
import { MessageCutter, waylandRequest } from "./wire.ts";

const NEVER = new AbortController().signal;

Deno.test("Wayland messages are cut at their ends, wherever the pieces are", () => {
  const bytes = [...waylandRequest(3, 2, 7, "name", 9), ...waylandRequest(5, 0), ...waylandRequest(6, 1, "abc")];
  assertEquals(bytes.slice(0, 16), [3, 0, 0, 0, 2, 0, 28, 0, 7, 0, 0, 0, 5, 0, 0, 0]);
  const cutter = new MessageCutter();
  const messages = bytes.flatMap((byte) => [...cutter.push(new Uint8Array([byte]))]);
  assertEquals(messages.map(({ object, opcode }) => [object, opcode]), [[3, 2], [5, 0], [6, 1]]);
  const [first, , last] = messages;
  assertEquals([first?.body.unsigned(), first?.body.text(), first?.body.signed()], [7, "name", 9]);
  assertEquals(last?.body.text(), "abc");
  assertThrows(() => last?.body.signed(), RangeError);
  assertThrows(() => [...new MessageCutter().push(new Uint8Array(8))], RangeError);
});

Deno.test({
  name: "a compositor that leaves, talks nonsense or is not there is unavailable",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = new TemporaryFolder();
    const path = folder.file("socket");
    await assertRejects(() => waylandOutputs(path, NEVER), MeshError, "cannot be asked");
    using listener = Deno.listen({ transport: "unix", path });
    for (const answer of ["", "HTTP/1.1 400 Bad Request\r\n\r\n"]) {
      const asking = assertRejects(() => waylandOutputs(path, NEVER), MeshError, "cannot be asked");
      using connection = await listener.accept();
      await connection.write(new TextEncoder().encode(answer));
      await connection.closeWrite();
      await asking;
    }
  },
});

Deno.test("the compositor's socket is where the variables say", () => {
  const of = (WAYLAND_DISPLAY?: string, XDG_RUNTIME_DIR?: string) =>
    waylandSocket((name) => ({ WAYLAND_DISPLAY, XDG_RUNTIME_DIR })[name]);
  assertEquals(of("wayland-1", "/run/user/1"), "/run/user/1/wayland-1");
  assertEquals(of("/tmp/w", "/run/user/1"), "/tmp/w");
  assertEquals(of("wayland-1"), undefined);
  assertEquals(of(undefined, "/run/user/1"), undefined);
});

Deno.test("a monitor's scale counts pixels along its turned side", () => {
  const output = { name: "", x: 0, y: 0, width: 600, height: 800, pixelWidth: 1200, pixelHeight: 900, transform: 1 };
  assertEquals(scaleOf(output), 1.5);
  assertEquals(scaleOf({ ...output, transform: 0 }), 2);
  assertEquals(scaleOf({ ...output, width: 0 }), 1);
});
