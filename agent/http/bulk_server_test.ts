import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { BulkServer } from "./bulk_server.ts";

const serverOn = (port: number) => new BulkServer({ host: "127.0.0.1", port });

Deno.test("a download answers as specified while there are no tickets", async () => {
  const server = serverOn(0);
  server.start();
  const ask = async (path: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return [response.status, await response.text()];
  };
  assertEquals(await ask("/bulk/download/abc"), [403, "invalid or expired token\n"]);
  assertEquals(await ask("/bulk/download/"), [400, "missing token\n"]);
  assertEquals(await ask("/bulk/download/abc", "POST"), [405, "method not allowed\n"]);
  assertEquals(await ask("/"), [404, "not found\n"]);
  await server.stop();
  await server.stop();
});

Deno.test("a port in use is named, with the flag that changes it", async () => {
  const first = serverOn(0);
  first.start();
  const second = serverOn(first.port);
  assertThrows(
    () => second.start(),
    MeshError,
    `Cannot listen on 127.0.0.1:${first.port}: the port is in use; stop what uses it, or choose another with --http`,
  );
  await second.stop();
  await first.stop();
});
