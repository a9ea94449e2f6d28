/** Runs one of the measurements in `scripts/bench/`: `deno task bench NAME [ARGUMENT…]`. */
import { didYouMean } from "../agent/core/nearest.ts";

const FOLDER = new URL("./bench/", import.meta.url);

const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".ts"))
  .map((name) => name.replace(/\.ts$/, "")).sort();
const [name, ...args] = Deno.args;

if (name === undefined || !names.includes(name)) {
  const reason = name === undefined ? "say what to measure" : `unknown measurement ${name}${didYouMean(name, names)}`;
  console.error(`${reason}; usage: deno task bench ${names.join(" | ")}`);
  Deno.exit(2);
}

// A process of its own, which measures nothing of this one.
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["run", "--frozen", "--quiet", "--allow-all", new URL(`${name}.ts`, FOLDER).href, ...args],
}).spawn().status;
Deno.exit(code);
