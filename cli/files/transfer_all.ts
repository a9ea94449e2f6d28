import { MeshError, messageOf } from "../../agent/core/errors.ts";
import { isDiskFull } from "./disk_failure.ts";

/** A file that was not transferred, and why. */
export interface FailedFile {
  /** On the device; empty where it is not known yet. */
  readonly path: string;
  /** Here; empty for what cannot be a file here. */
  readonly file: string;
  readonly error: MeshError;
}

export interface TransferOutcome<Order, Done> {
  /** In the order in which they ended. */
  readonly done: readonly { readonly order: Order; readonly result: Done }[];
  readonly failed: readonly { readonly order: Order; readonly error: MeshError }[];
  /** Those that were not begun, as they would have failed as well. */
  readonly untried: number;
}

/**
 * Transfers files, some at once. One that fails does not end the others, unless they would fail for the same reason: a full disk, a
 * device that is gone.
 *
 * @param parallel how many at once
 * @throws the signal's reason, where it came before all were done, once none is under way any more
 */
export async function transferAll<Order, Done>(
  orders: readonly Order[],
  transfer: (order: Order) => Promise<Done>,
  { parallel, signal }: { readonly parallel: number; readonly signal: AbortSignal },
): Promise<TransferOutcome<Order, Done>> {
  const done: { order: Order; result: Done }[] = [];
  const failed: { order: Order; error: MeshError }[] = [];
  const waiting = orders.values();
  let hopeless = false;
  let begun = 0;
  const work = async () => {
    // All of them take from the same iterator.
    for (const order of waiting) {
      begun++;
      try {
        done.push({ order, result: await transfer(order) });
      } catch (error) {
        if (signal.aborted) return;
        const failure = error instanceof MeshError
          ? error
          : new MeshError("INTERNAL", messageOf(error), { cause: error });
        failed.push({ order, error: failure });
        hopeless ||= isHopeless(failure);
      }
      if (hopeless || signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, orders.length) }, work));
  if (done.length < orders.length) signal.throwIfAborted();
  return { done, failed, untried: orders.length - begun };
}

function isHopeless(error: MeshError): boolean {
  return isDiskFull(error) || error.code === "UNAVAILABLE" || error.code === "UNAUTHENTICATED";
}
