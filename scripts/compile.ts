/**
 * Makes the finished program: `deno task compile [--target TARGET | --all | --self-extracting]`.
 *
 * Each file goes to `dist/` together with its SHA-256, and only when it is complete:
 * - `dist/edgemesh-TARGET` (`.exe` for Windows), by default for this platform: a native executable. `DENO` names
 *   another Deno for this step, `DENORT_BIN` the base runtime where it cannot be downloaded.
 * - `dist/edgemesh-TARGET.run` with `--self-extracting`: for POSIX systems like this one, made of the running Deno.
 */
import { createHash } from "node:crypto";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Flags, parseFlags } from "../agent/config/flags.ts";
import { MeshError, messageOf, UsageError } from "../agent/core/errors.ts";
import { type Bundle, bundleFor, makeBundle } from "./compile/bundle.ts";
import { versionOf, warningFor } from "./compile/deno_version.ts";
import { checkBaseRuntime, compileNative, executableName } from "./compile/native.ts";
import { MAX_BYTES, megabytes, PERMISSIONS, type Target, TARGETS, V8_FLAGS, VERSION } from "./compile/program.ts";
import { makeSelfExtracting } from "./compile/self_extracting.ts";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));

const FLAGS: Flags = {
  target: { kind: "string", placeholder: "TARGET", help: `one of ${TARGETS.join(", ")}` },
  all: { kind: "boolean", help: "every platform" },
  "self-extracting": { kind: "boolean", help: "one file that unpacks itself, of the running Deno" },
};

/** What is to be made: executables for platforms, or the self-extracting file for this one. */
type Order = { readonly form: "native"; readonly targets: readonly Target[] } | { readonly form: "self-extracting" };

function parseOrder(args: readonly string[]): Order {
  const { given, positionals } = parseFlags(FLAGS, args);
  if (positionals.length > 0) throw new UsageError(`unexpected argument ${positionals[0]}`);
  const forms = Object.keys(FLAGS).filter((name) => given.has(name));
  if (forms.length > 1) {
    throw new UsageError(`${forms.map((name) => `--${name}`).join(" and ")} cannot be given together`);
  }
  if (given.has("self-extracting")) {
    if (Deno.build.os === "windows") throw new UsageError("--self-extracting makes a file for POSIX systems only");
    return { form: "self-extracting" };
  }
  if (!given.has("all")) return { form: "native", targets: [knownTarget(given.text("target") ?? Deno.build.target)] };
  if (Deno.env.has("DENORT_BIN")) {
    throw new UsageError("--all cannot be used with DENORT_BIN, which is the base runtime of one platform");
  }
  return { form: "native", targets: TARGETS };
}

function knownTarget(name: string): Target {
  const target = TARGETS.find((target) => target === name);
  if (target === undefined) throw new UsageError(`unknown target ${name}; known are ${TARGETS.join(", ")}`);
  return target;
}

/** Files of the bundle, and the Deno that runs them, as one file. */
async function packSelfExtracting(bundle: Bundle, target: Target, output: string): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const path of bundle.files) files.set(path, await Deno.readFile(join(bundle.folder, path)));
  files.set("deno", await Deno.readFile(Deno.execPath()));
  // Nothing but the bundle counts: no configuration of the current folder, nothing downloaded, no questions.
  const isolation = "--quiet --no-prompt --no-config --no-lock --cached-only --no-remote --no-npm".split(" ");
  const bytes = await makeSelfExtracting({
    version: VERSION,
    target,
    files,
    program: "deno",
    probe: "--version",
    args: ["run", ...isolation, V8_FLAGS, ...PERMISSIONS],
    main: bundle.main,
  });
  await Deno.writeFile(output, bytes, { mode: 0o755 });
}

/** Puts a complete file and its SHA-256 in place, in the format of `sha256sum`. */
async function publish(made: string): Promise<void> {
  const name = basename(made);
  const bytes = await Deno.readFile(made);
  if (bytes.length > MAX_BYTES) {
    const message = `${name} takes ${megabytes(bytes.length)}, more than the ${megabytes(MAX_BYTES)} that it may`;
    throw new MeshError("RESOURCE_EXHAUSTED", message);
  }
  const digest = createHash("sha256").update(bytes).digest("hex");
  await Deno.rename(made, join(DIST, name));
  await Deno.writeTextFile(join(DIST, `${name}.sha256`), `${digest}  ${name}\n`);
  console.log(`${relative(Deno.cwd(), join(DIST, name))}  ${megabytes(bytes.length)}  sha256 ${digest}`);
}

async function warn(deno: string): Promise<void> {
  const warning = warningFor(deno === Deno.execPath() ? Deno.version.deno : await versionOf(deno));
  if (warning) console.error(`warning: ${warning}`);
}

async function make(order: Order, work: string, signal: AbortSignal): Promise<void> {
  const deno = order.form === "native" ? Deno.env.get("DENO") || Deno.execPath() : Deno.execPath();
  await warn(deno);
  if (order.form === "native") await checkBaseRuntime();
  const folder = join(work, "bundle");
  await Deno.mkdir(folder);
  const bundle = await makeBundle(folder);
  signal.throwIfAborted();
  if (order.form === "self-extracting") {
    const target = knownTarget(Deno.build.target);
    const output = join(work, `edgemesh-${target}.run`);
    await packSelfExtracting(await bundleFor(target, bundle), target, output);
    signal.throwIfAborted();
    return await publish(output);
  }
  for (const target of order.targets) {
    const output = join(work, executableName(target));
    await compileNative({ bundle: await bundleFor(target, bundle), target, deno, output, signal });
    await publish(output);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  let work: string | undefined;
  try {
    const order = parseOrder(args);
    await Deno.mkdir(DIST, { recursive: true });
    // In `dist/`, so that putting a file in place is a rename.
    work = await Deno.makeTempDir({ dir: DIST, prefix: ".making-" });
    await make(order, work, interrupt.signal);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    console.error(messageOf(error));
    return error instanceof UsageError ? 2 : 1;
  } finally {
    if (work !== undefined) await Deno.remove(work, { recursive: true });
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
