import { assertEquals } from "../../tests/assert.ts";
import { bulkDownloads } from "./bulk_downloads.ts";
import { HttpServer } from "./http_server.ts";

Deno.test("a download answers as specified while there are no tickets", async () => {
  const server = new HttpServer({ host: "127.0.0.1", port: 0 }, [bulkDownloads]);
  await server.start();
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
