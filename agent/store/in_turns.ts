/** So many tasks are copied before other work gets its turn: a few ms. */
const ITEMS_A_TURN = 5_000;

/** Calls `use` with each item, giving other work a turn now and then. */
export async function inTurns<T>(items: Iterable<T>, use: (item: T) => void): Promise<void> {
  let count = 0;
  for (const item of items) {
    if (++count % ITEMS_A_TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    use(item);
  }
}
