import type { Output } from "../output/output.ts";
import { PlainTransfer } from "./plain_transfer.ts";
import type { TransferState } from "./transfer_state.ts";
import type { TransferView } from "./transfer_view.ts";

/** Bars on a terminal, else lines; with `--json` only absences are told. */
export async function openTransferView(output: Output, state: TransferState): Promise<TransferView> {
  if (output.asJson) return { away: (message) => output.note(message), [Symbol.asyncDispose]: () => Promise.resolve() };
  if (!output.animates) return new PlainTransfer(output, state);
  // Its library, and the widths of wide characters, are only loaded where something is drawn.
  const { BarTransfer } = await import("./bar_transfer.ts");
  return new BarTransfer(output.errors, output.errorPaint, state);
}
