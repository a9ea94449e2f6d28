import { TextBeginning } from "./text_beginning.ts";

/** Prompts of a model that are remembered: servers keep the caches of a few, some (llama.cpp) of some dozens. */
const REMEMBERED = 64;

/** A prompt that is being answered. */
export interface SeenPrompt {
  /**
   * Part of the prompt that the model server may have had in its cache already, since another one began alike: 0..1. 1
   * where that is not known.
   */
  readonly cachedShare: number;
  /** The prompt, and what the model says: all of it is in the cache afterwards. */
  readonly text: TextBeginning;
}

/**
 * The latest prompts of one model. A model server keeps what it has read in a cache, and reads a prompt that begins alike
 * in no time, but counts all of it: the durations of such prompts say nothing of how fast the model reads.
 */
export class PromptMemory {
  #latest: TextBeginning[] = [];
  /** False while the server may have prompts in its cache that it read before this program began. */
  #isPastKnown = false;

  /** @param isRandom it was made up just now, so that no server can have read it before */
  see(prompt: string, isRandom = false): SeenPrompt {
    const text = new TextBeginning(prompt);
    const cachedShare = isRandom ? 0 : this.#isPastKnown ? this.#shareOf(text, prompt.length) : 1;
    this.#latest.push(text);
    if (this.#latest.length > REMEMBERED) this.#latest.shift();
    return { cachedShare, text };
  }

  /** A prompt was read to its end: it has taken the place of what was in the cache before. */
  answered(): void {
    this.#isPastKnown = true;
  }

  /** The model was loaded for this prompt, and for no other: there was no cache before it. */
  loadedFor({ text }: SeenPrompt): void {
    this.#latest = this.#latest.slice(Math.max(0, this.#latest.indexOf(text)));
  }

  #shareOf(text: TextBeginning, length: number): number {
    let shared = 0;
    for (const other of this.#latest) shared = Math.max(shared, text.sharedWith(other));
    return Math.min(1, shared / Math.max(1, length));
  }
}
