import type { CommandContext } from "../command.ts";
import { Interrupted } from "../failure.ts";
import { type FileTransfer, TransferState } from "../progress/transfer_state.ts";
import { openTransferView } from "../progress/open_transfer_view.ts";
import type { FileCommand } from "./open_mesh_files.ts";
import { transferAll, type TransferOutcome } from "./transfer_all.ts";

/** Files at once, where nothing is said. */
export const USUAL_PARALLEL = 4;

/** Files at once at most: more make nothing faster, and devices have other things to do. */
export const MOST_PARALLEL = 32;

export interface TransferRun<Order, Done> {
  readonly orders: readonly Order[];
  /** As far as it is known. */
  readonly sizeOf: (order: Order) => number;
  readonly transfer: (order: Order, progress: FileTransfer) => Promise<Done>;
  readonly parallel: number;
  /** What is told where Ctrl-C ends it half-way. */
  readonly ifInterrupted: string;
}

/** Transfers files, and shows how far they are. */
export async function runTransfers<Order extends { readonly file: string }, Done>(
  { output, signal }: CommandContext,
  files: FileCommand,
  { orders, sizeOf, transfer, parallel, ifInterrupted }: TransferRun<Order, Done>,
): Promise<TransferOutcome<Order, Done>> {
  const state = new TransferState();
  for (const order of orders) state.expect(sizeOf(order));
  const one = async (order: Order) => {
    const progress = state.begin(order.file, sizeOf(order));
    let succeeded = false;
    try {
      const done = await transfer(order, progress);
      succeeded = true;
      return done;
    } finally {
      state.end(progress, succeeded);
    }
  };
  try {
    await using view = await openTransferView(output, state);
    files.onAway = (message) => view.away(message);
    return await transferAll(orders, one, { parallel, signal });
  } catch (error) {
    if (error instanceof Interrupted && state.movedBytes > 0) await output.note(`interrupted: ${ifInterrupted}`);
    throw error;
  }
}
