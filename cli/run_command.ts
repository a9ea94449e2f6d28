import { type ClientConfig, loadClientConfig } from "../agent/config/client_flags.ts";
import type { GivenFlags } from "../agent/config/flags.ts";
import { UsageError } from "../agent/core/errors.ts";
import { inSpan, startTracing } from "../agent/core/tracing.ts";
import { connect, type MeshClient } from "./client.ts";
import type { Command, CommandContext } from "./command.ts";
import { asksForJson, findCommandIn, parseCommandLine } from "./command_line.ts";
import { loadAllCommands } from "./command_table.ts";
import { EXIT, Interrupted, reportFailure } from "./failure.ts";
import { printHelp, printOverview, shortHelp } from "./help_page.ts";
import { readInput } from "./input.ts";
import { Output } from "./output/output.ts";
import { processTerminal, type Terminal } from "./output/terminal.ts";
import { UnhandledFailures } from "./unhandled.ts";

/** How long a call may take where neither the user nor the command says otherwise, in ms. */
const CALL_TIMEOUT_MS = 30_000;

/**
 * Runs one command line from beginning to end. Every failure has been told to the user when it returns.
 *
 * @returns the program's exit code
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const color = !Deno.env.get("NO_COLOR") && terminal.escapes;
  const json = asksForJson(argv);
  const early = new Output(terminal, { json, color, verbose: argv.includes("--verbose") });
  let output = early;
  try {
    const line = findCommandIn(argv);
    if (!line.entry) return await withoutCommand(argv, early);
    const command = await line.entry.load();
    const { given, positionals } = parseCommandLine(command, line.argv);
    output = new Output(terminal, {
      json: given.has("json"),
      color: color && !given.has("no-color"),
      verbose: given.has("verbose"),
    });
    if (given.has("help")) {
      await printHelp(command, output);
      return EXIT.ok;
    }
    return await runLoaded(command, { given, positionals, output });
  } catch (error) {
    return await reportFailure(error, output);
  }
}

async function withoutCommand(argv: readonly string[], output: Output): Promise<number> {
  const commands = await loadAllCommands();
  if (argv.includes("--help") || argv.includes("-h")) {
    await printOverview(commands, output);
    return EXIT.ok;
  }
  if (output.asJson) throw new UsageError("no command given: `edgemesh help` lists them");
  await output.errors.write(shortHelp(commands));
  return EXIT.usage;
}

type Asked = Pick<CommandContext, "given" | "positionals" | "output">;

async function runLoaded(command: Command, asked: Asked): Promise<number> {
  using interrupt = new InterruptSignal(command.handlesSignals !== true);
  using _unhandled = new UnhandledFailures({
    livesOn: command.handlesSignals === true,
    verbose: asked.given.has("verbose"),
  });
  using clients = new DisposableStack();
  const context: CommandContext = {
    ...asked,
    signal: interrupt.signal,
    graceAfterInterrupt: (ms) => interrupt.graceMs = ms,
    connect: async (defaultTimeoutMs = CALL_TIMEOUT_MS, signal = interrupt.signal) =>
      clients.use(await connectAs(loadClientConfig(asked.given), defaultTimeoutMs, signal)),
    readInput: (path, mostBytes) => readInput(path, interrupt.signal, mostBytes),
  };
  if (command.commonFlags !== false) checkCommonFlags(asked.given);
  await startTracing();
  const run = async () => await command.run(context) ?? EXIT.ok;
  // What lives on serves many callers, each with a trace of its own.
  return command.handlesSignals ? await run() : await inSpan(`edgemesh ${command.name}`, {}, run);
}

/** What was given is checked even by a command that does not use it; the environment only where it is used. */
function checkCommonFlags(given: GivenFlags): void {
  if (["server", "key", "key-file", "timeout"].some((flag) => given.has(flag))) loadClientConfig(given);
}

function connectAs(config: ClientConfig, defaultTimeoutMs: number, signal: AbortSignal): Promise<MeshClient> {
  const { server, key, timeoutMs = defaultTimeoutMs } = config;
  return connect({
    server,
    key,
    deviceName: Deno.hostname(),
    timeoutMs,
    modelTimeoutMs: config.timeoutMs,
    signal,
  });
}

/** A command that was interrupted has so long to end by itself, in ms: it may be writing to a terminal that takes little. */
const INTERRUPT_GRACE_MS = 500;

/** Aborts on the first Ctrl-C; the second, or a while, ends the process where the command has not stopped by then. */
class InterruptSignal implements Disposable {
  /** How long the command has to end after the first Ctrl-C, in ms. */
  graceMs = INTERRUPT_GRACE_MS;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onSignal = () => {
    const exit = () => Deno.exit(EXIT.interrupted);
    if (this.#controller.signal.aborted) exit();
    this.#controller.abort(new Interrupted("interrupted"));
    this.#timer = setTimeout(exit, this.graceMs);
  };

  constructor(private readonly listening: boolean) {
    if (listening) Deno.addSignalListener("SIGINT", this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    if (this.listening) Deno.removeSignalListener("SIGINT", this.#onSignal);
  }
}
