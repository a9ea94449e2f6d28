/**
 * Random numbers around 0 with a deviation of 1, the same ones for a seed on every machine: sums of four integers of
 * Marsaglia's xorshift, which need no function whose last digit differs between machines.
 */
export function seededRandom(seed: number): () => number {
  // Seeds that are close give states that are not. Zero would stay zero.
  let state = Math.imul(seed, 0x9e3779b1) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let warming = 0; warming < 16; warming++) next();
  return () => (next() + next() + next() + next() - 2) * Math.sqrt(3);
}
