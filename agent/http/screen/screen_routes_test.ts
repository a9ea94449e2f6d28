import { dirname, join } from "node:path/posix";
import { assert, assertEquals, assertMatch } from "../../../tests/assert.ts";
import { HttpServer } from "../http_server.ts";
import { PAGE, PAGE_FILES } from "./page_files.ts";
import { screenRoutes } from "./screen_routes.ts";

/** The routes over real HTTP. */
class Rig implements AsyncDisposable {
  readonly server = new HttpServer({ host: "127.0.0.1", port: 0 }, screenRoutes);

  static async start(): Promise<Rig> {
    const rig = new Rig();
    await rig.server.start();
    return rig;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.server.port}${path}`, init);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

Deno.test("the page of any device may load and call nothing but its own agent, and stand in no frame", async () => {
  await using rig = await Rig.start();
  for (const device of ["laptop", "3f2a9c10", "my%20laptop?fps=15"]) {
    const response = await rig.fetch(`/screen/${device}`);
    assertEquals([response.status, response.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
    assertEquals(await response.text(), PAGE);
    const policy = response.headers.get("content-security-policy")?.split("; ");
    assertEquals(policy?.[0], "default-src 'none'");
    assert(policy?.includes("frame-ancestors 'none'"), `${policy}`);
    for (const rule of policy ?? []) assertMatch(rule, /^[a-z-]+ ('self'|'none'|data:)$/);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals(response.headers.get("referrer-policy"), "no-referrer");
  }
});

Deno.test("everything that the page names, and that its modules import, is served with its type", async () => {
  await using rig = await Rig.start();
  const types = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };
  const seen = new Set<string>();
  const load = async (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const response = await rig.fetch(path);
    const text = await response.text();
    const kind = path.endsWith(".css") ? "css" : "js";
    assertEquals([path, response.status, response.headers.get("content-type")], [path, 200, types[kind]]);
    const imports = [...text.matchAll(/^import .* from "(.*)";$/gm)].map(([, specifier = ""]) => specifier);
    for (const specifier of imports) await load(join(dirname(path), specifier));
  };
  const named = [...PAGE.matchAll(/(?:src|href)="(\.\.[^"]*)"/g)].map(([, address = ""]) => join("/screen", address));
  assertEquals(named.length, 2);
  for (const path of named) await load(path);
  assertEquals([...seen].sort(), [...PAGE_FILES.keys()].map((path) => `/assets/${path}`).sort());
});

Deno.test("all files of the page are part of the program", async () => {
  const files = await Array.fromAsync(Deno.readDir(new URL("page/", import.meta.url)), ({ name }) => name);
  const included = [...PAGE_FILES.keys()].filter((path) => path.startsWith("http/screen/page/"));
  assertEquals([...included.map((path) => path.slice("http/screen/page/".length)), "index.html"].sort(), files.sort());
  for (const [path, text] of PAGE_FILES) {
    assertEquals(text, await Deno.readTextFile(new URL(`../../${path}`, import.meta.url)));
  }
});

Deno.test("what is no page, or is not read, is refused", async () => {
  await using rig = await Rig.start();
  const cases: [string, RequestInit, number][] = [
    ["/screen/", {}, 404],
    ["/screen/a/b", {}, 404],
    ["/assets/http/screen/page/index.html", {}, 404],
    ["/assets/../agent.ts", {}, 404],
    ["/assets/http/screen/page/nothing.js", {}, 404],
    ["/screen/laptop", { method: "POST" }, 405],
    ["/assets/http/screen/page/main.js", { method: "DELETE" }, 405],
    ["/screen/laptop", { method: "HEAD" }, 200],
  ];
  for (const [path, init, status] of cases) {
    const response = await rig.fetch(path, init);
    assertEquals([path, response.status], [path, status]);
    await response.body?.cancel();
  }
});
