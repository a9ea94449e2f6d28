import type { MemoryComparison } from "./changed_tiles.ts";

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

/** The memory as whole pixels; a copy where it does not lie on the border of one. */
export function words(data: Uint8Array): Uint32Array {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
}
