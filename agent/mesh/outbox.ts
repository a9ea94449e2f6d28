/** Items of one batch at most; and about so many bytes of text, so that a batch stays far below the message limit. */
const MAX_ITEMS = 512;
const MAX_BYTES = 1_048_576;

/** An item with its rough size in bytes. */
interface Entry<T> {
  readonly item: T;
  readonly bytes: number;
}

/**
 * Collects what is to be sent and sends it in batches that form by themselves: all that was put in within one turn of
 * the event loop, or while the channel was full, goes out together.
 */
export class Outbox<T> {
  #entries: Entry<T>[] = [];
  #scheduled = false;
  #full = false;
  #closed = false;
  #whenEmpty: (() => void)[] = [];

  /**
   * @param send sends one batch; false means that the channel is full until `drained` is called.
   * @param more an item of what is sent only when nothing else waits, if there is one now
   */
  constructor(
    private readonly send: (items: readonly T[]) => boolean,
    private readonly more: () => T | undefined = () => undefined,
  ) {}

  /** @param bytes the item's rough size, for those that can be large. */
  put(item: T, bytes = 64): void {
    if (this.#closed) return;
    this.#entries.push({ item, bytes });
    this.wake();
  }

  drained(): void {
    this.#full = false;
    this.wake();
  }

  /** There may be something to send. */
  wake(): void {
    if (this.#scheduled || this.#full || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** Resolves when all that was put in has been handed to the channel, or the outbox is closed. */
  flushed(): Promise<void> {
    if (this.#closed || this.#entries.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Drops what is left and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#entries = [];
    this.#settle();
  }

  #flush(): void {
    while (this.#entries.length > 0 && !this.#full && !this.#closed) {
      const count = this.#batchLength();
      const batch = this.#entries.slice(0, count).map((entry) => entry.item);
      this.#entries = this.#entries.slice(count);
      if (!this.send(batch)) this.#full = true;
    }
    if (this.#entries.length > 0) return;
    this.#settle();
    while (!this.#full && !this.#closed) {
      const item = this.more();
      if (item === undefined) return;
      if (!this.send([item])) this.#full = true;
    }
  }

  #batchLength(): number {
    let count = 0;
    for (let bytes = 0; count < this.#entries.length && count < MAX_ITEMS; count++) {
      bytes += this.#entries[count]?.bytes ?? 0;
      if (bytes > MAX_BYTES && count > 0) break;
    }
    return count;
  }

  #settle(): void {
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
