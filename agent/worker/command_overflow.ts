import type { OutputOverflow } from "../commands/output.ts";
import { INLINE_BYTES, type OutputSink } from "./file_outputs.ts";

/** Most bytes of what a command prints that go into a file; the rest is cut off, and the file's last line says so. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What a command prints beyond what fits a message: it goes straight into a file. */
export class CommandOverflow implements OutputOverflow {
  readonly afterBytes = INLINE_BYTES;
  readonly maxBytes = MAX_BYTES;
  /** Undefined while all of it still fits a message. */
  sink: OutputSink | undefined;

  constructor(private readonly begin: () => Promise<OutputSink>) {}

  async write(piece: Uint8Array): Promise<void> {
    this.sink ??= await this.begin();
    await this.sink.write(piece);
  }
}
