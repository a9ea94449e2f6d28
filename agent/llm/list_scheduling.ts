/**
 * When all work will have ended, where each piece that waits begins, in its order, at the place that is free first. Takes
 * time for each piece by the logarithm of the places only.
 *
 * @param running what is left of each piece that has a place
 * @param waiting how long each of the others will take
 * @param places how many run at once, 1 or more
 * @returns from now, in the unit of what was given; 0 where there is nothing
 */
export function endOfAll(running: readonly number[], waiting: readonly number[], places: number): number {
  const ends = [...running].sort((a, b) => a - b);
  while (ends.length < places) ends.unshift(0);
  // In ascending order, so it is a heap: the parent of each is no later.
  for (const duration of waiting) postponeFirst(ends, duration);
  return ends.reduce((latest, end) => Math.max(latest, end), 0);
}

/**
 * Adds to the least, which is the first, and restores the order of the heap.
 *
 * @param heap the parent of each is no later than it, as where they ascend
 */
export function postponeFirst(heap: number[], by: number): void {
  const value = (heap[0] ?? 0) + by;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const [l = Infinity, r = Infinity] = [heap[left], heap[left + 1]];
    const least = Math.min(l, r);
    if (least >= value) break;
    heap[at] = least;
    at = l <= r ? left : left + 1;
  }
  heap[at] = value;
}
