import { delay } from "../../agent/core/abort.ts";

/** One of the program's two outputs. */
export interface Stream {
  readonly isTerminal: boolean;
  /** Columns of the terminal now; undefined where it is none, and nothing needs to fit. */
  columns(): number | undefined;
  /** Rows of the terminal now; undefined where it is none. */
  rows(): number | undefined;
  /** @throws {OutputClosed} when nobody reads it any more */
  write(text: string): Promise<void>;
  /** The same for what need not be text. */
  writeBytes(bytes: Uint8Array): Promise<void>;
}

export interface Terminal {
  /** Whether a terminal there understands escape sequences, as all but the plainest do. */
  readonly escapes: boolean;
  readonly out: Stream;
  readonly err: Stream;
}

/** Whoever read the output went away, as `head` does: not a failure, the program just ends. */
export class OutputClosed extends Error {
  override name = "OutputClosed";
}

interface ProcessStream {
  isTerminal(): boolean;
  write(bytes: Uint8Array): Promise<number>;
}

/** Standard output and standard error of this process. */
export function processTerminal(): Terminal {
  return {
    escapes: Deno.env.get("TERM") !== "dumb",
    out: new ProcessOutput(Deno.stdout),
    err: new ProcessOutput(Deno.stderr),
  };
}

class ProcessOutput implements Stream {
  readonly isTerminal: boolean;

  constructor(private readonly stream: ProcessStream) {
    this.isTerminal = stream.isTerminal();
  }

  columns(): number | undefined {
    return this.#size()?.columns || undefined;
  }

  rows(): number | undefined {
    return this.#size()?.rows || undefined;
  }

  write(text: string): Promise<void> {
    return this.writeBytes(new TextEncoder().encode(text));
  }

  async writeBytes(all: Uint8Array): Promise<void> {
    let bytes = all;
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(await this.stream.write(bytes));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed("the output was closed", { cause: error });
        // A pipe that another program made non-blocking and that is full.
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await delay(5);
      }
    }
  }

  #size(): { columns: number; rows: number } | undefined {
    if (!this.isTerminal) return undefined;
    try {
      return Deno.consoleSize();
    } catch {
      return undefined; // standard input is no terminal, which consoleSize asks on some platforms
    }
  }
}
