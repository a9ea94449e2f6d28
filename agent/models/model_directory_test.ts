import { assert, assertEquals } from "../../tests/assert.ts";
import type { ModelReport } from "../../proto/messages.ts";
import { MAX_REPORT_BYTES } from "./believed_report.ts";
import { ModelDirectory } from "./model_directory.ts";
import { device, model, report } from "./rig.ts";

function directoryWith(said: Record<string, ModelReport>): ModelDirectory {
  const devices = Object.keys(said).map((name) => ({ info: device(name) }));
  const directory = new ModelDirectory(() => devices);
  for (const [name, report] of Object.entries(said)) directory.reported(`id-${name}`, report);
  return directory;
}

function names(directory: ModelDirectory): string[] {
  return directory.all().map((one) => one.model?.name ?? "");
}

Deno.test("models whose names nobody could read are left out, the others stay", () => {
  const models = ["x".repeat(256), "x".repeat(257), "a\nb", "a\u2028b", "\u001b[2J", "", "good"].map((name) =>
    model(name, 1)
  );
  assertEquals(names(directoryWith({ a: report(models) })), ["good", "x".repeat(256)]);
});

Deno.test("devices that say far too much of their models leave a list that can be sent", () => {
  const huge = { parameter_size: "p".repeat(25_000), quantization: "ü".repeat(25_000), endpoint: "€".repeat(25_000) };
  const models = Array.from({ length: 5000 }, (_, n) => model(`m${n}`, 1, huge));
  const directory = directoryWith({ a: report(models), b: report(models), c: report(models) });
  const bytes = new TextEncoder().encode(JSON.stringify(directory.all())).length;
  // As JSON with its field names a model is some 500 bytes longer than on the wire.
  assert(bytes < 2 * 3 * MAX_REPORT_BYTES, `${bytes} bytes`);
  assert(directory.all().length >= 3, "nothing is left");
  const [first] = directory.all();
  assertEquals(
    [first?.model?.endpoint.length, first?.model?.parameter_size.length, first?.model?.quantization.length],
    [2048, 64, 64],
  );
});

Deno.test("of a device with very many models the first are listed, and the one that it answers with", () => {
  const models = Array.from({ length: 3000 }, (_, n) => model(`m${n}`, 1));
  const directory = directoryWith({ a: report(models, { default_model: "m2999" }) });
  const listed = directory.all();
  assertEquals(listed.length, 1000);
  assertEquals(listed.filter((one) => one.is_default).map((one) => one.model?.name), ["m2999"]);
  assertEquals(directory.hosts("m998", "", "generates").length, 1);
  assertEquals(directory.hosts("m999", "", "generates").length, 0);
});

Deno.test("a device whose default model is not there, or writes nothing, has none", () => {
  const vectors = model("vectors", 1, { generates: false, embeds: true });
  for (const default_model of ["gone", "vectors", "x".repeat(25_000), ""]) {
    const directory = directoryWith({ a: report([model("m", 1), vectors], { default_model }) });
    assertEquals([directory.hasModel(device("a")), directory.hosts("", "", "generates")], [false, []]);
    assertEquals(directory.hosts("m", "", "generates").length, 1);
  }
  const tagged = directoryWith({ a: report([model("m:latest", 1)], { default_model: "m" }) });
  assertEquals([tagged.hasModel(device("a")), tagged.all()[0]?.is_default], [true, true]);
});

Deno.test("control characters do not get into the list, and absurd numbers count as unknown", () => {
  const odd = { endpoint: "http://a\r\nb", parameter_size: "3\u001b[31mB", size_bytes: -1, memory_mb: NaN };
  const said = report([model("m", Infinity, odd)], { parallel: 2 ** 31 - 1, queue: -5 });
  const directory = directoryWith({ a: said, b: report([model("m", 1)], { parallel: -1, queue: 2 ** 31 - 1 }) });
  const [first] = directory.all();
  assertEquals([first?.model?.endpoint, first?.model?.parameter_size], ["http://ab", "3[31mB"]);
  assertEquals([first?.model?.size_bytes, first?.model?.memory_mb, first?.model?.rates?.decode_toks_per_s], [0, 0, 0]);
  assertEquals(directory.hosts("", "", "generates").map(({ parallel }) => parallel), [1024, 1]);
  assertEquals(["a", "b"].map((name) => directory.reportOf(device(name)).queue), [0, 100_000]);
});

Deno.test("a cut text stays whole characters", () => {
  const directory = directoryWith({ a: report([model("m", 1, { quantization: `${"q".repeat(63)}😀` })]) });
  assert(directory.all()[0]?.model?.quantization.isWellFormed());
});
