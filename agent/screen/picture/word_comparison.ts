import type { MemoryComparison } from "./changed_tiles.ts";
import { words } from "./words.ts";

/** Compares in plain JavaScript, pixel by pixel. */
export const wordComparison: MemoryComparison = {
  method: "words",
  between(a, b) {
    const [aWords, bWords] = [words(a), words(b)];
    return (aStart, bStart, bytes) => {
      let at = aStart >> 2;
      let other = bStart >> 2;
      for (const end = at + (bytes >> 2); at < end; at++, other++) {
        if (aWords[at] !== bWords[other]) return false;
      }
      return true;
    };
  },
};
