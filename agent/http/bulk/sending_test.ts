import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { DownloadRig, unlikeBytes, type Way } from "./download_rig.ts";
import { FileBody, type ReadableFile } from "./file_body.ts";
import { RawClient } from "./raw_client.ts";

const MIB = 1024 * 1024;

/** More than a connection and its client hold between them, by far. */
const LARGE = 256 * MIB;

function onBothWays(name: string, run: (rig: DownloadRig) => Promise<void>): void {
  for (const way of ["by the system", "read and written"] as const satisfies readonly Way[]) {
    const ignore = way === "by the system" && Deno.build.os !== "linux";
    Deno.test(`${way}: ${name}`, { ignore }, async () => {
      await using rig = await DownloadRig.start(way);
      await run(rig);
    });
  }
}

/** A file of zeros that takes no room on the disk. */
function largeFile(rig: DownloadRig, name: string, size = LARGE): string {
  const path = rig.folder.write(name, "");
  Deno.truncateSync(path, size);
  return path;
}

onBothWays("files of many sizes come as they are, from any place", async (rig) => {
  const bytes = unlikeBytes(5 * MIB + 12_345);
  for (const size of [1, 65_535, 65_536, 65_537, 2 * MIB + 65_536, bytes.length]) {
    Deno.writeFileSync(rig.folder.file("file"), bytes.subarray(0, size));
    const whole = Buffer.from(await (await rig.get("file")).arrayBuffer());
    assert(whole.equals(bytes.subarray(0, size)), `all ${size} bytes`);
    const begin = Math.floor(size / 3);
    const part = await rig.get("file", { range: `bytes=${begin}-` });
    assert(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(begin, size)), `${size} bytes from ${begin}`);
  }
});

onBothWays("one connection serves many downloads, one after the other", async (rig) => {
  largeFile(rig, "file", 3 * MIB);
  using client = await RawClient.open(rig.port);
  for (let n = 0; n < 5; n++) {
    const { head, bytes } = await client.get(await rig.address("file"));
    assert(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
    assertEquals(bytes + await client.take(3 * MIB - bytes), 3 * MIB);
  }
});

onBothWays(
  "a file that is cut short while it is sent ends its connection, and is never taken for whole",
  async (rig) => {
    const path = largeFile(rig, "file");
    using client = await RawClient.open(rig.port);
    const { head, bytes } = await client.get(await rig.address("file"));
    assert(head.includes(`content-length: ${LARGE}\r\n`), head);
    Deno.truncateSync(path, MIB);
    const taken = bytes + await client.take(LARGE);
    assert(taken < LARGE, `${taken} bytes of a file that has ${MIB} now`);
  },
);

onBothWays("of a file that grows while it is sent the bytes come that were announced", async (rig) => {
  const path = largeFile(rig, "file", 64 * MIB);
  using client = await RawClient.open(rig.port);
  const { bytes } = await client.get(await rig.address("file"));
  Deno.truncateSync(path, 80 * MIB);
  assertEquals(bytes + await client.take(64 * MIB - bytes), 64 * MIB);
  // The next thing on the connection is the next answer.
  rig.folder.write("next", "!");
  const { head } = await client.get(await rig.address("next"));
  assert(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
});

onBothWays("clients that go away in the middle harm nobody", async (rig) => {
  largeFile(rig, "large");
  rig.folder.write("a.txt", "hello");
  for (let n = 0; n < 8; n++) {
    using client = await RawClient.open(rig.port);
    await client.get(await rig.address("large"));
    await client.take(n * MIB);
  }
  assertEquals(await (await rig.get("a.txt")).text(), "hello");
});

Deno.test("of a client that stops reading no more is read than its connection holds, and it is given up", async () => {
  const file = new CountedFile();
  const sent = Promise.withResolvers<void>();
  const server = createServer(async (_, response) => {
    const body = new FileBody(file, { begin: 0, end: LARGE }, { signal: new AbortController().signal });
    response.writeHead(200, { "content-length": body.length });
    await body.sendTo(response, 200);
    sent.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  {
    const { port } = server.address() as AddressInfo;
    using client = await RawClient.open(port);
    const { bytes } = await client.get(`http://127.0.0.1:${port}/`);
    await sent.promise;
    assert(file.closed);
    assert(file.bytesRead < LARGE / 4, `${file.bytesRead} bytes were read`);
    assert(bytes + await client.take(LARGE) < LARGE);
  }
  await new Promise((resolve) => server.close(resolve));
});

/** A file without end, of zeros. */
class CountedFile implements ReadableFile {
  readonly descriptor = -1;
  bytesRead = 0;
  closed = false;

  read(buffer: Uint8Array): Promise<number> {
    this.bytesRead += buffer.length;
    return Promise.resolve(buffer.length);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
