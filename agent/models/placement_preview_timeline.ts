/** What happens later, the earliest first: a binary heap. */
export class Timeline<T extends { readonly at: number }> {
  readonly #heap: T[] = [];

  /** When the next thing happens; undefined = nothing does. */
  get next(): number | undefined {
    return this.#heap[0]?.at;
  }

  add(one: T): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(one);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.at <= one.at) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = one;
  }

  /** Takes what happens next. */
  take(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const least = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (least === undefined || least.at >= last.at) break;
      heap[at] = least;
      at = least === left ? 2 * at + 1 : 2 * at + 2;
    }
    heap[at] = last;
    return first;
  }
}
