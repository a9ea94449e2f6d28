import { assertEquals } from "../../../tests/assert.ts";
import { Sessions } from "../../auth/sessions.ts";
import { HttpServer } from "../http_server.ts";
import { healthRoutes } from "./health_routes.ts";
import { metricsRoute } from "./metrics_route.ts";

async function withServer(
  work: (
    ask: (path: string, key?: string, method?: string) => Promise<[number, string]>,
    hindrances: string[],
  ) => unknown,
): Promise<void> {
  const hindrances: string[] = [];
  const figures = { exposed: () => Promise.resolve({ contentType: "text/plain; version=0.0.4", text: "a 1\n" }) };
  const routes = [...healthRoutes(() => hindrances), metricsRoute(figures, new Sessions({ key: "right" }))];
  const server = new HttpServer({ host: "127.0.0.1", port: 0 }, routes);
  await server.start();
  const ask = async (path: string, key = "", method = "GET"): Promise<[number, string]> => {
    const headers = key ? { authorization: `Bearer ${key}` } : undefined;
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, ...headers && { headers } });
    return [response.status, await response.text()];
  };
  await work(ask, hindrances);
  await server.stop();
}

Deno.test("an agent that lives says so to anybody, and whether it serves, with the reasons where it does not", async () => {
  await withServer(async (ask, hindrances) => {
    assertEquals([await ask("/healthz"), await ask("/readyz")], [[200, "ok\n"], [200, "ready\n"]]);
    hindrances.push("the agent is stopping", "the store cannot be written");
    assertEquals(await ask("/readyz"), [503, "the agent is stopping\nthe store cannot be written\n"]);
    assertEquals(await ask("/healthz"), [200, "ok\n"]);
    assertEquals([await ask("/healthz", "", "HEAD"), await ask("/readyz", "", "POST")].map(([status]) => status), [
      200,
      405,
    ]);
    assertEquals(await ask("/healthzz"), [404, "not found\n"]);
  });
});

Deno.test("figures are told to whoever shows the key, and who guesses it has to wait", async () => {
  await withServer(async (ask) => {
    assertEquals(await ask("/metrics", "right"), [200, "a 1\n"]);
    assertEquals((await ask("/metrics"))[0], 401);
    for (let n = 0; n < 10; n++) assertEquals((await ask("/metrics", `wrong ${n}`))[0], 401);
    assertEquals((await ask("/metrics", "right"))[0], 429);
  });
});
