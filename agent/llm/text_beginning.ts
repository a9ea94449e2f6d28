/** Lengths at which a text's beginning is compared: each a quarter more than the one before, up to about 400,000 characters. */
const LENGTHS: readonly number[] = lengths();

function lengths(): number[] {
  const result = [1];
  for (let last = 1; last < 400_000;) result.push(last = Math.ceil(last * 1.25));
  return result;
}

/** The beginning of a text that may grow, as a few hashes: a fingerprint of some 250 bytes whatever its length. */
export class TextBeginning {
  /** FNV-1a over the UTF-16 units, at each of the lengths that the text has. */
  readonly #hashes: number[] = [];
  #hash = 0x811c9dc5;
  #length = 0;

  constructor(text = "") {
    this.add(text);
  }

  /** The text goes on. */
  add(text: string): void {
    for (let n = 0; n < text.length && this.#hashes.length < LENGTHS.length; n++) {
      this.#hash = Math.imul(this.#hash ^ text.charCodeAt(n), 0x01000193);
      if (++this.#length === LENGTHS[this.#hashes.length]) this.#hashes.push(this.#hash);
    }
  }

  /** How many characters both begin with, at most: a quarter more than they really have in common, or less. */
  sharedWith(other: TextBeginning): number {
    let same = 0;
    while (same < this.#hashes.length && this.#hashes[same] === other.#hashes[same]) same++;
    return Math.min((LENGTHS[same] ?? Infinity) - 1, this.#known, other.#known);
  }

  /** Characters that were looked at; infinite where the text may go on beyond what is compared. */
  get #known(): number {
    return this.#hashes.length < LENGTHS.length ? this.#length : Infinity;
  }
}
