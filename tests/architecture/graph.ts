import { dirname, join } from "node:path/posix";
import { type ModuleFacts, readModule } from "./references.ts";
import { AMBIENT_READERS, PACKAGES, ROOMS } from "./rules.ts";

/** Modules by their path inside the project, with `/`. */
export type Modules = ReadonlyMap<string, ModuleFacts>;

const ROOTS = ["agent", "cli", "proto", "scripts", "tests"];

/** Reads every module of the project. */
export async function readProject(root: URL): Promise<Modules> {
  const modules = new Map<string, ModuleFacts>();
  const visit = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      const path = `${folder}${name}`;
      if (isDirectory) await visit(`${path}/`);
      else if (name.endsWith(".ts")) modules.set(path, readModule(path, await Deno.readTextFile(new URL(path, root))));
    }
  };
  for (const folder of ROOTS) await visit(`${folder}/`);
  return modules;
}

/** The room of a module: its folder in `agent/`, or its top folder; `agent` for modules in `agent/` itself. */
export function roomOf(path: string): string {
  const [top = "", room = "", ...rest] = path.split("/");
  return top === "agent" && rest.length > 0 ? room : top;
}

/** The module of the project that a specifier means; undefined for a package. */
function moduleOf(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? join(dirname(from), specifier) : undefined;
}

function packageOf(specifier: string): string {
  const name = specifier.replace(/^npm:\/?/, "");
  return /^(?:@[^/]+\/)?[^/@]+/.exec(name)?.[0] ?? name;
}

const within = (path: string, places: readonly string[]) =>
  places.some((place) => place === path || place === roomOf(path));

/** Tests, and what only tests import: stand-ins that lie beside what they stand in for. */
function testModules(modules: Modules): Set<string> {
  const tests = new Set([...modules.keys()].filter((path) => path.endsWith("_test.ts")));
  const importers = new Map<string, string[]>();
  for (const [path, { references }] of modules) {
    for (const { specifier = "" } of references) {
      const target = moduleOf(path, specifier);
      if (target !== undefined) importers.set(target, [...importers.get(target) ?? [], path]);
    }
  }
  for (let known = -1; known < tests.size;) {
    known = tests.size;
    for (const [path, from] of importers) if (from.every((importer) => tests.has(importer))) tests.add(path);
  }
  return tests;
}

/** Imports that no rule allows, one line each, with the reason. */
export function forbiddenImports(modules: Modules): string[] {
  const tests = testModules(modules);
  const found: string[] = [];
  for (const [path, { references }] of modules) {
    for (const { specifier } of references) {
      const reason = specifier === undefined
        ? "only running it could tell what is imported"
        : objection(path, specifier, tests.has(path));
      if (reason) found.push(`${path} imports ${specifier ?? "something computed"}: ${reason}`);
    }
  }
  return found;
}

function objection(path: string, specifier: string, isTest: boolean): string | undefined {
  const target = moduleOf(path, specifier);
  if (target === undefined) {
    const rule = PACKAGES.find(({ packages }) => packages.includes(packageOf(specifier)));
    return !rule || isTest || within(path, rule.only) ? undefined : rule.why;
  }
  const [from, to] = [roomOf(path), roomOf(target)];
  const room = ROOMS.find(({ room }) => room === from);
  if (!room) return `the room "${from}" is not in the list of rooms`;
  if (isTest ? to === "tests" : target.endsWith("_test.ts")) return isTest ? undefined : "it is a test";
  return from === to || to === "proto" || target === "deno.json" || room.imports.includes(to) ? undefined : room.why;
}

/** Modules that read the environment or the arguments and may not, one line each. */
export function forbiddenReads(modules: Modules): string[] {
  const tests = testModules(modules);
  return [...modules].filter(([path]) => !tests.has(path))
    .filter(([path]) => !AMBIENT_READERS.some((reader) => path.startsWith(reader.path)))
    .flatMap(([path, { ambient }]) => ambient.map((name) => `${path} reads ${name}: only agent/config may`));
}

/**
 * Circles of modules that import each other, each as a chain that ends where it began. Types count: they are read, too.
 * Lazy imports do not: they happen when both modules are complete.
 */
export function importCycles(modules: Modules): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string) => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    trail.push(path);
    for (const { kind, specifier } of modules.get(path)?.references ?? []) {
      const target = specifier === undefined || kind === "dynamic" ? undefined : moduleOf(path, specifier);
      if (target !== undefined && target !== path) visit(target);
    }
    trail.pop();
    done.add(path);
  };
  for (const path of modules.keys()) visit(path);
  return cycles;
}
