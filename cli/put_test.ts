import { assertEquals } from "../tests/assert.ts";
import { TemporaryFolder } from "../tests/processes.ts";
import { CannedDevice } from "./files/canned_device.ts";

Deno.test("put sends nothing of what the device has already, and says so", async () => {
  using folder = new TemporaryFolder();
  for (const name of ["a", "b"]) folder.write(name, "hello");
  const there = { complete: true, offset: 5, device_id: "d", device_name: "desktop" };
  await using device = await CannedDevice.start({ files: {}, answers: { OpenUpload: () => there } });
  const one = await device.run("put", folder.file("a"), "desktop:p/");
  assertEquals(one, { code: 0, stdout: "p/a is there already\n", stderr: "" });
  const both = await device.run("put", folder.file("a"), folder.file("b"), "desktop:p");
  assertEquals(both, { code: 0, stdout: "0 files, 0 kB, 2 there already\n", stderr: "" });
  const { files } = JSON.parse((await device.run("put", folder.file("a"), "desktop:p/", "--json")).stdout);
  assertEquals([files[0].sent, files[0].way, files[0].size_bytes], [false, "", 5]);
});

Deno.test("a file of which the device has all, but whose answer was lost, was put", async () => {
  using folder = new TemporaryFolder();
  folder.write("a", "hello");
  let asked = 0;
  await using device = await CannedDevice.start({
    files: {},
    answers: {
      OpenUpload: () => ({
        ...asked++ === 0 ? { token: "t", http_addr: server.address } : { complete: true, offset: 5 },
        device_name: "desktop",
      }),
    },
  });
  await using server = SilentServer.start();
  const { code, stdout } = await device.run("put", folder.file("a"), "desktop:", "--json");
  assertEquals([code, JSON.parse(stdout).files[0].sent, asked, server.calls > 0], [0, true, 2, true]);
});

/** A server that takes what comes, and hangs up without a word. */
class SilentServer implements AsyncDisposable {
  calls = 0;
  readonly #ended: Promise<void>;

  private constructor(private readonly listener: Deno.TcpListener) {
    this.#ended = this.#serve();
  }

  static start(): SilentServer {
    return new SilentServer(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  }

  get address(): string {
    return `127.0.0.1:${this.listener.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.close();
    await this.#ended;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.listener) {
      this.calls++;
      await connection.read(new Uint8Array(4096));
      connection.close();
    }
  }
}
