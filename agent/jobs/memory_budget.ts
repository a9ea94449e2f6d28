/**
 * How many characters of inputs and results of unfinished jobs are kept in memory at once. V8's heap is 4 GB at most, and a
 * character takes one byte, or two where not all of a text are Latin-1.
 */
export class MemoryBudget {
  #used = 0;

  constructor(readonly limit = 768 * 1024 * 1024) {}

  get used(): number {
    return this.#used;
  }

  /** False, and nothing is taken, when it would pass the limit. */
  tryTake(characters: number): boolean {
    if (this.#used + characters > this.limit) return false;
    this.#used += characters;
    return true;
  }

  /** Takes what is there already, whatever the limit. */
  take(characters: number): void {
    this.#used += characters;
  }

  give(characters: number): void {
    this.#used -= characters;
  }
}
