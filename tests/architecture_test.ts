import { forbiddenImports, forbiddenReads, importCycles, readProject } from "./architecture/graph.ts";
import { readModule } from "./architecture/references.ts";
import { assert, assertEquals } from "./assert.ts";

const modules = await readProject(new URL("../", import.meta.url));
const planted = (files: Record<string, string>) =>
  new Map(Object.entries(files).map(([path, source]) => [path, readModule(path, source)]));

Deno.test("imports go one way", () => {
  assertEquals(forbiddenImports(modules), []);
});

Deno.test("only the configuration reads the environment and the arguments", () => {
  assertEquals(forbiddenReads(modules), []);
});

Deno.test("no modules import each other in a circle", () => {
  assertEquals(importCycles(modules), []);
});

Deno.test("the modules of the project were really read", () => {
  assert(modules.size > 50, `${modules.size} modules`);
  const references = modules.get("tests/architecture_test.ts")?.references.map(({ specifier }) => specifier);
  assertEquals(references, ["./architecture/graph.ts", "./architecture/references.ts", "./assert.ts"]);
});

const FORBIDDEN: Record<string, string> = {
  "an import": 'import { a } from "../store/a.ts";',
  "an import for its effect": 'import "../store/a.ts";',
  "an import of types": 'import type { A } from "../store/a.ts";',
  "a type in place": 'let a: import("../store/a.ts").A;',
  "a re-export": 'export { a } from "../store/a.ts";',
  "a re-export of everything": 'export * from "../store/a.ts";',
  "a lazy import": 'const a = await import("../store/a.ts");',
  "a lazy import in a template": "const a = await import(`../store/a.ts`);",
  "a computed import": 'const a = await import("../sto" + "re/a.ts");',
  "a worker": 'new Worker(new URL("../store/a.ts", import.meta.url));',
  "a package of another room": 'import { DatabaseSync } from "node:sqlite";',
  "a package with a version": 'import grpc from "npm:@grpc/grpc-js@1.14.7/build/src/index.js";',
  "a test": 'import { a } from "./plan_test.ts";',
  "a tool of the tests": 'import { assert } from "../../tests/assert.ts";',
};

for (const [what, source] of Object.entries(FORBIDDEN)) {
  Deno.test(`a planted violation is found: ${what}`, () => {
    assertEquals(forbiddenImports(planted({ "agent/plans/plan.ts": source })).length, 1);
  });
}

Deno.test("what is allowed, or only looks like an import, is not found", () => {
  const source = `
    import { a } from "../core/a.ts"; import { b } from "./b.ts"; import type { C } from "../../proto/messages.ts";
    import { join } from "node:path"; // import "../store/a.ts"
    const text = 'import "../store/a.ts"';`;
  const test = `
    import { assert } from "../../tests/assert.ts"; import { plan } from "./plan.ts"; import { fake } from "./fake.ts";`;
  const standIn = 'import { assert } from "../../tests/assert.ts"; import grpc from "@grpc/grpc-js";';
  const files = { "agent/plans/plan.ts": source, "agent/plans/plan_test.ts": test, "agent/plans/fake.ts": standIn };
  assertEquals(forbiddenImports(planted(files)), []);
});

Deno.test("a planted reading of the environment is found, in the agent but not in its configuration", () => {
  for (
    const source of [
      'Deno.env.get("A")',
      "Deno.args[0]",
      'globalThis.Deno["env"]',
      "process.env.A",
      "const { env } = Deno",
    ]
  ) {
    assertEquals(forbiddenReads(planted({ "agent/plans/plan.ts": source })).length, 1, source);
    assertEquals(forbiddenReads(planted({ "agent/config/load.ts": source })), []);
  }
});

Deno.test("a planted circle is found", () => {
  const circle = planted({
    "cli/a.ts": 'import "./b.ts";',
    "cli/b.ts": 'export * from "./c.ts";',
    "cli/c.ts": 'import type { A } from "./a.ts";',
    "cli/d.ts": 'import "./a.ts"; import "./c.ts";',
    "cli/e.ts": 'const f = () => import("./f.ts");',
    "cli/f.ts": 'import "./e.ts";',
  });
  assertEquals(importCycles(circle), ["cli/a.ts → cli/b.ts → cli/c.ts → cli/a.ts"]);
});
