/** A vector of length 1 that depends on the text alone. */
export function embedding(text: string, dimensions: number): number[] {
  const values = Array.from({ length: dimensions }, (_, at) => {
    let hash = at + 1;
    for (const char of text) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) | 0;
    return (hash % 1000) / 1000 + 0.001;
  });
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
