// Put before the bundle, which is one ES module made of many CommonJS ones.
import preludeFs from "node:fs";
import { resolve as preludeResolve } from "node:path";

// Those modules find proto files by `__dirname/../../proto`: the bundle lies two folders deep, with such a folder above.
globalThis.__dirname = import.meta.dirname;

// The files inside a compiled program have no permission bits, so that `accessSync(path, R_OK)`, by which proto-loader
// looks for a file, refuses every one of them. There, a file that exists can be read.
if (Deno.build.standalone) {
  const { accessSync } = preludeFs;
  const program = preludeResolve(import.meta.dirname, "..", "..");
  preludeFs.accessSync = (path, mode) => {
    if (String(path).startsWith(program)) preludeFs.statSync(path);
    else accessSync(path, mode);
  };
}
