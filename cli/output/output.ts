import { type Paint, paintFor } from "./paint.ts";
import { printable, printableJson, printableLines } from "./printable.ts";
import type { Column, Row } from "./table.ts";
import type { Stream, Terminal } from "./terminal.ts";

export interface OutputOptions {
  /** Documents instead of text. */
  readonly json: boolean;
  /** Colours are wanted where there is a terminal. */
  readonly color: boolean;
  readonly verbose: boolean;
}

/** What a command says: its result on standard output, remarks on standard error. */
export class Output {
  /** Documents are wanted instead of text. */
  readonly asJson: boolean;
  readonly verbose: boolean;
  /** Colours for standard output. */
  readonly paint: Paint;
  /** Standard output is a screen that can be drawn anew. */
  readonly redraws: boolean;
  /** Standard error can show what is being waited for. */
  readonly animates: boolean;

  constructor(readonly terminal: Terminal, private readonly options: OutputOptions) {
    this.asJson = options.json;
    this.verbose = options.verbose;
    this.paint = paintFor(options.color && terminal.out.isTerminal);
    this.redraws = terminal.escapes && terminal.out.isTerminal;
    this.animates = terminal.escapes && terminal.err.isTerminal && !options.json;
  }

  /** A line of the result. What of it comes from elsewhere, the caller has made printable. */
  line(line = ""): Promise<void> {
    return this.terminal.out.write(`${line}\n`);
  }

  /** Text from elsewhere as it is; on a terminal without what would control it. Ends in a line feed. */
  async text(text: string): Promise<void> {
    if (text === "") return;
    const shown = this.terminal.out.isTerminal ? printableLines(text) : text;
    await this.terminal.out.write(shown.endsWith("\n") ? shown : `${shown}\n`);
  }

  /** Bytes from elsewhere as they are; on a terminal as text, without what would control it. */
  async bytes(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const { out } = this.terminal;
    const decoder = new TextDecoder();
    for await (const piece of pieces) {
      if (out.isTerminal) await out.write(printableLines(decoder.decode(piece, { stream: true })));
      else await out.writeBytes(piece);
    }
    if (out.isTerminal) await out.write(printableLines(decoder.decode()));
  }

  async table(columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    // Its widths of wide characters take 25 ms to load: the agent, and most commands, print no table.
    const { renderTable } = await import("./table.ts");
    await this.terminal.out.write(renderTable(columns, rows, this.terminal.out.columns()));
  }

  /** The one document of a command with `--json`: indented for a person, on one line for a program. */
  json(document: unknown): Promise<void> {
    return this.line(printableJson(document, this.terminal.out.isTerminal ? 2 : undefined));
  }

  /** One of several documents, each on a line of its own. */
  event(document: unknown): Promise<void> {
    return this.line(printableJson(document));
  }

  /** A remark on standard error, on one line. */
  note(message: string): Promise<void> {
    return this.terminal.err.write(`edgemesh: ${printable(message)}\n`);
  }

  /** A remark that only `--verbose` asks for. */
  async detail(message: string): Promise<void> {
    if (this.verbose) await this.note(message);
  }

  /** Colours for standard error. */
  get errorPaint(): Paint {
    return paintFor(this.options.color && this.terminal.err.isTerminal);
  }

  get errors(): Stream {
    return this.terminal.err;
  }
}
