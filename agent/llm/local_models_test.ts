import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import { MeshError } from "../core/errors.ts";
import { LocalModels, type LocalModelsOptions } from "./local_models.ts";
import { never, ScriptedServer, servedModel } from "./scripted_server.ts";
import type { ServedModel } from "./types.ts";

const OLLAMA = "http://localhost:11434";

/** Watched servers, stopped at the end of the scope. */
class Watching implements AsyncDisposable {
  readonly models: LocalModels;
  changes = 0;

  private constructor(servers: readonly ScriptedServer[], options: LocalModelsOptions) {
    this.models = new LocalModels(servers, options);
    this.models.onChange(() => this.changes++);
  }

  static async start(servers: readonly ScriptedServer[], options: LocalModelsOptions = {}): Promise<Watching> {
    const watching = new Watching(servers, options);
    await watching.models.start();
    return watching;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.models.stop();
  }
}

function failure(run: () => unknown): [string, string] {
  const { code, message } = assertThrows(run, MeshError);
  return [code, message];
}

Deno.test("a device's models are known when it has started, with all that their server says", async () => {
  const llama = servedModel("llama3.2:3b", { loaded: true, memoryBytes: 5, quantization: "Q8_0" });
  await using watching = await Watching.start([new ScriptedServer(OLLAMA, [servedModel("a:latest"), llama])]);
  assertEquals(watching.models.names, ["a:latest", "llama3.2:3b"]);
  const { server, ...found } = watching.models.find("llama3.2:3b") ?? {};
  assertEquals(found, llama);
  assertEquals(server?.endpoint, OLLAMA);
});

Deno.test("the default is a model in memory, else the newest; one that only makes embeddings never is", async () => {
  const cases: [ServedModel[], string | undefined][] = [
    [[servedModel("old", { modifiedAt: 1 }), servedModel("new", { modifiedAt: 2 })], "new"],
    [[servedModel("old", { modifiedAt: 1, loaded: true }), servedModel("new", { modifiedAt: 2 })], "old"],
    [[servedModel("b", { modifiedAt: 3 }), servedModel("a", { modifiedAt: 3 })], "a"],
    [[servedModel("embed", { generates: false, loaded: true }), servedModel("a")], "a"],
    [[servedModel("embed", { generates: false })], undefined],
    [[], undefined],
  ];
  for (const [models, expected] of cases) {
    await using watching = await Watching.start([new ScriptedServer(OLLAMA, models)]);
    assertEquals(watching.models.default?.name, expected);
  }
});

Deno.test("a name without a tag means the latest, as with Ollama", async () => {
  const names = ["llama:latest", "llama:3b", "host:5000/team/m:latest", "gpt"];
  await using watching = await Watching.start([new ScriptedServer(OLLAMA, names.map((name) => servedModel(name)))]);
  const found = (name: string) => watching.models.find(name)?.name;
  assertEquals(found("llama"), "llama:latest");
  assertEquals(found("llama:3b"), "llama:3b");
  assertEquals(found("llama:7b"), undefined);
  assertEquals(found("host:5000/team/m"), "host:5000/team/m:latest");
  assertEquals(found("gpt"), "gpt");
  assertEquals(found("gpt:latest"), undefined);
});

Deno.test("a request that no model of this device can answer is told why, and what there is", async () => {
  const embed = servedModel("embed", { generates: false, embeds: true });
  const ollama = new ScriptedServer(OLLAMA, [servedModel("b"), servedModel("a"), embed]);
  const other = new ScriptedServer("http://localhost:8080");
  await using watching = await Watching.start([ollama, other]);
  const { models } = watching;
  assertEquals(failure(() => models.choose("x", "generates")), [
    "NOT_FOUND",
    'model "x" is not on this device; it has: a, b, embed',
  ]);
  assertEquals(failure(() => models.choose("embed", "generates")), [
    "FAILED_PRECONDITION",
    'model "embed" generates no text; use a, b',
  ]);
  assertEquals(failure(() => models.choose("a", "embeds")), [
    "FAILED_PRECONDITION",
    'model "a" makes no embeddings; use embed',
  ]);
  assertEquals(models.choose("", "embeds").name, "embed");
  ollama.has(embed);
  await models.refresh();
  assertEquals(failure(() => models.choose("", "generates")), [
    "FAILED_PRECONDITION",
    "this device has no local model that generates text; it has: embed",
  ]);
  ollama.goAway();
  await models.refresh();
  for (const name of ["", "a"]) {
    assertEquals(failure(() => models.choose(name, "generates")), [
      "FAILED_PRECONDITION",
      `this device has no local model (nothing answers at ${OLLAMA}, http://localhost:8080 has none)`,
    ]);
  }
});

Deno.test("where two servers have a model of one name, the first server's counts", async () => {
  const first = new ScriptedServer("http://first", [servedModel("both", { sizeBytes: 1 })]);
  const second = new ScriptedServer("http://second", [servedModel("both", { sizeBytes: 2 }), servedModel("own")]);
  await using watching = await Watching.start([first, second]);
  const endpoint = (name: string) => watching.models.find(name)?.server.endpoint;
  assertEquals([endpoint("both"), endpoint("own")], ["http://first", "http://second"]);
  first.goAway();
  await watching.models.refresh();
  assertEquals([endpoint("both"), endpoint("own")], ["http://second", "http://second"]);
});

Deno.test("a server that is slow at the start does not hold it up, and is found later", async () => {
  const slow = new ScriptedServer(OLLAMA);
  const answer = Promise.withResolvers<ServedModel[]>();
  slow.listing = () => answer.promise;
  await using watching = await Watching.start([slow], { firstLookMs: 10 });
  assertEquals(watching.models.names, []);
  answer.resolve([servedModel("late")]);
  await eventually(() => watching.models.find("late"), "the late model");
  assertEquals(watching.changes, 1);
});

Deno.test("a server that stops answering, or takes too long, has no models until it answers again", async () => {
  const server = new ScriptedServer(OLLAMA, [servedModel("a")]);
  await using watching = await Watching.start([server], { lookMs: 20 });
  server.listing = never;
  await watching.models.refresh();
  assertEquals(watching.models.names, []);
  server.has(servedModel("a"));
  await watching.models.refresh();
  assertEquals(watching.models.names, ["a"]);
  server.goAway();
  await watching.models.refresh();
  assertEquals([watching.models.names, watching.changes], [[], 4]);
});

Deno.test("models that come and go are noticed without anybody asking, and told of only when they changed", async () => {
  const server = new ScriptedServer(OLLAMA, [servedModel("a")]);
  await using watching = await Watching.start([server], { intervalMs: 5 });
  const seen = server.looks;
  await eventually(() => server.looks > seen + 3 || undefined, "more looks");
  assertEquals(watching.changes, 1);
  server.has(servedModel("a"), servedModel("b"));
  await eventually(() => watching.models.find("b"), "the new model");
  assertEquals(watching.changes, 2);
});

Deno.test("a refresh is not answered by a question that was asked before it", async () => {
  const server = new ScriptedServer(OLLAMA);
  const early = Promise.withResolvers<ServedModel[]>();
  server.listing = () => early.promise;
  await using watching = await Watching.start([server], { firstLookMs: 1 });
  const refreshed = Promise.all([watching.models.refresh(), watching.models.refresh()]);
  server.has(servedModel("new"));
  early.resolve([servedModel("old")]);
  await refreshed;
  assertEquals(watching.models.names, ["new"]);
  assertEquals(server.looks, 2);
});

Deno.test("a model that was used counts as loaded at once, and its memory is asked for", async () => {
  const server = new ScriptedServer(OLLAMA, [servedModel("a")]);
  await using watching = await Watching.start([server]);
  const { models } = watching;
  server.has(servedModel("a", { loaded: true, memoryBytes: 7 }));
  models.noteLoaded(models.choose("a", "generates"));
  assertEquals(models.find("a")?.loaded, true);
  await eventually(() => models.find("a")?.memoryBytes === 7 || undefined, "its memory");
  const looks = server.looks;
  models.noteLoaded(models.choose("a", "generates"));
  assertEquals(server.looks, looks);
  server.has(servedModel("a"));
  await models.refresh();
  const { loaded, memoryBytes } = models.choose("a", "generates");
  assertEquals([loaded, memoryBytes], [false, 7]);
});

Deno.test("models without a usable name are left out", async () => {
  const names = ["good", "", "two\nlines", "x".repeat(257), "good"];
  await using watching = await Watching.start([new ScriptedServer(OLLAMA, names.map((name) => servedModel(name)))]);
  assertEquals(watching.models.names, ["good"]);
});

Deno.test("stopping while a server is being asked waits for no answer, and tells of no change", async () => {
  const server = new ScriptedServer(OLLAMA, [servedModel("a")]);
  const watching = await Watching.start([server]);
  server.listing = never;
  const refreshed = watching.models.refresh();
  await watching.models.stop();
  await refreshed;
  assertEquals([watching.models.names, watching.changes], [["a"], 1]);
  await watching.models.stop();
  assert(server.looks === 2);
});
