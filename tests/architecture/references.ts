/** How a module refers to something outside it. */
export interface Reference {
  readonly kind: "import" | "type" | "dynamic" | "re-export" | "worker";
  /** As it is written; undefined where only running the program could tell. */
  readonly specifier: string | undefined;
}

/** What of a module the rules of the project are about. */
export interface ModuleFacts {
  readonly references: readonly Reference[];
  /** What it reads of the world around the process, as written: `Deno.env`, `Deno.args`, `process.env`. */
  readonly ambient: readonly string[];
}

const AMBIENT = new Set(["Deno.env", "Deno.args", "process.env", "process.argv"]);

/**
 * Reads a module with Deno's own parser, which its linter lends to tests.
 *
 * @throws {Error} when the source is not TypeScript.
 */
export function readModule(path: string, source: string): ModuleFacts {
  const references: Reference[] = [];
  const ambient: string[] = [];
  const add = (kind: Reference["kind"], specifier: string | undefined) => references.push({ kind, specifier });
  const visitor: Deno.lint.LintVisitor = {
    ImportDeclaration: (node) => add(isTypeOnly(node) ? "type" : "import", node.source.value),
    ExportAllDeclaration: (node) => add("re-export", node.source.value),
    ExportNamedDeclaration: (node) => {
      if (node.source) add("re-export", node.source.value);
    },
    ImportExpression: (node) => add("dynamic", textOf(node.source)),
    TSImportType: (node) => add("type", textOf(node.argument)),
    TSExternalModuleReference: (node) => add("import", textOf(node.expression)),
    CallExpression: (node) => {
      if (node.callee.type === "Identifier" && node.callee.name === "require") add("import", textOf(node.arguments[0]));
    },
    NewExpression: (node) => {
      const specifier = textOf(node.arguments[0]);
      const isUrl = node.callee.type === "Identifier" && node.callee.name === "URL";
      if (isUrl && specifier && /^\..*\.[jt]s$/.test(specifier)) add("worker", specifier);
    },
    MemberExpression: (node) => {
      const name = `${nameOf(node.object)}.${nameOf(node.property)}`;
      if (AMBIENT.has(name)) ambient.push(name);
    },
    VariableDeclarator: (node) => {
      if (node.id.type !== "ObjectPattern" || !node.init) return;
      for (const property of node.id.properties) {
        const name = `${nameOf(node.init)}.${property.type === "Property" ? nameOf(property.key) : "*"}`;
        if (AMBIENT.has(name)) ambient.push(name);
      }
    },
  };
  Deno.lint.runPlugin({ name: "architecture", rules: { read: { create: () => visitor } } }, path, source);
  return { references, ambient };
}

function isTypeOnly(node: Deno.lint.ImportDeclaration): boolean {
  const { importKind, specifiers } = node;
  return importKind === "type" ||
    specifiers.length > 0 &&
      specifiers.every((specifier) => specifier.type === "ImportSpecifier" && specifier.importKind === "type");
}

/** The value of a string that is written out. */
function textOf(node: Deno.lint.Node | undefined): string | undefined {
  if (node?.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node?.type === "TSLiteralType") return textOf(node.literal);
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0]?.cooked;
  return undefined;
}

/** The last name of `Deno`, `globalThis.Deno` and `"Deno"` alike. */
function nameOf(node: Deno.lint.Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression") return nameOf(node.property);
  return textOf(node) ?? "";
}
