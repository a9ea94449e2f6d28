/** Head entries are cut off once there are so many of them, and they are half of all. */
const CUT_FROM = 1024;

/** A first-in-first-out queue of tasks. */
export class TaskQueue<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(task: T): void {
    this.#items.push(task);
  }

  shift(): T | undefined {
    const task = this.#items[this.#head];
    if (!task) return undefined;
    this.#head++;
    if (this.#head > CUT_FROM && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }

  /** The first entries, which stay where they are. */
  peek(count: number): T[] {
    return this.#items.slice(this.#head, this.#head + count);
  }

  /** Takes out some of the first entries. Costs as much as they stand deep. */
  remove(taken: ReadonlySet<T>): void {
    let at = this.#head;
    for (let left = taken.size; left > 0 && at < this.#items.length; at++) {
      if (taken.has(this.#items[at] as T)) left--;
    }
    const kept = this.#items.slice(this.#head, at).filter((item) => !taken.has(item));
    this.#head = at - kept.length;
    kept.forEach((item, n) => this.#items[this.#head + n] = item);
  }

  /** Takes everything out. */
  drain(): T[] {
    const all = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return all;
  }
}
