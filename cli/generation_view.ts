import { MeshError, messageOf } from "../agent/core/errors.ts";
import type { GenerateEvent } from "../proto/messages.ts";
import { EXIT, Interrupted } from "./failure.ts";
import { HeardGeneration } from "./generation.ts";
import { generationProgress, generationSummary, startRemark } from "./generation_words.ts";
import { EscapedPieces } from "./output/escaped_pieces.ts";
import type { Output } from "./output/output.ts";
import { escapedLines, printable } from "./output/printable.ts";
import { Progress } from "./output/progress.ts";
import { OutputClosed } from "./output/terminal.ts";

type Events = AsyncIterable<GenerateEvent>;

/** Prints what a model says when it has said it all. */
export async function printWhole(events: Events, output: Output): Promise<void> {
  const began = performance.now();
  const heard = new HeardGeneration(true);
  await waitShown(events, heard, output);
  const { text } = heard;
  const shown = output.terminal.out.isTerminal ? escapedLines(text) : text;
  if (shown !== "") await output.terminal.out.write(shown.endsWith("\n") ? shown : `${shown}\n`);
  await printSummary(heard, performance.now() - began, output);
}

/** Prints what a model says while it says it. What was printed ends its line, however it ends. */
export async function printPieces(events: Events, output: Output): Promise<void> {
  const began = performance.now();
  const heard = new HeardGeneration(false);
  const pieces = new Pieces(output);
  try {
    await waitShown(events, heard, output, (text) => pieces.print(text));
    await pieces.end();
  } catch (error) {
    if (!(error instanceof OutputClosed)) await pieces.end();
    throw error;
  }
  await printSummary(heard, performance.now() - began, output);
}

/** Prints one document when all is said, or with what was said when it fails. @returns the exit code */
export async function printDocument(events: Events, output: Output): Promise<number> {
  const heard = new HeardGeneration(true);
  try {
    for await (const event of events) heard.add(event);
  } catch (error) {
    if (error instanceof Interrupted || heard.characters === 0) throw error;
    const code = error instanceof MeshError ? error.code : "INTERNAL";
    await output.json({ ...heard.document, error: { code, message: messageOf(error) } });
    return EXIT.failed;
  }
  await output.json(heard.document);
  return EXIT.ok;
}

/** Prints each event on a line of its own. */
export async function printEvents(events: Events, output: Output): Promise<void> {
  for await (const event of events) await output.event(event);
}

/** Hears it to its end. A terminal shows what is being waited for: the end, or with `onText` the first text. */
async function waitShown(
  events: Events,
  heard: HeardGeneration,
  output: Output,
  onText?: (text: string) => Promise<void>,
): Promise<void> {
  await using waiting = new AsyncDisposableStack();
  const progress = waiting.use(new Progress(output.errors, output.animates && !output.verbose));
  progress.update("waiting for a device");
  for await (const event of events) {
    heard.add(event);
    if (event.start) await output.detail(startRemark(event.start));
    progress.update(generationProgress(heard));
    if (event.text === "" || !onText) continue;
    await waiting.disposeAsync();
    await onText(event.text);
  }
}

/** Pieces of a text on standard output. */
class Pieces {
  #escaped: EscapedPieces | undefined;
  #atLineStart = true;

  constructor(private readonly output: Output) {
    if (output.terminal.out.isTerminal) this.#escaped = new EscapedPieces();
  }

  print(piece: string): Promise<void> {
    return this.#write(this.#escaped ? this.#escaped.add(piece) : piece);
  }

  async end(): Promise<void> {
    if (this.#escaped) await this.#write(this.#escaped.end());
    if (!this.#atLineStart) await this.#write("\n");
  }

  async #write(text: string): Promise<void> {
    if (text === "") return;
    this.#atLineStart = text.endsWith("\n");
    await this.output.terminal.out.write(text);
  }
}

/** Who answered and how fast, on standard error: for a person there, or where `--verbose` asks for it. */
async function printSummary(heard: HeardGeneration, elapsedMs: number, output: Output): Promise<void> {
  const { errors, errorPaint, verbose } = output;
  if (!errors.isTerminal && !verbose) return;
  const summary = generationSummary(heard, { elapsedMs, verbose });
  await errors.write(`${errorPaint.dim(`edgemesh: ${printable(summary)}`)}\n`);
}
