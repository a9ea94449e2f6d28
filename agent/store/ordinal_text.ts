/** A task's key has 32 bits for its ordinal. */
const LAST_ORDINAL = 2 ** 32 - 1;

/** Whether a task can have this place in its job. */
export function isOrdinal(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= LAST_ORDINAL;
}

/**
 * Ordinals as a short text. Tasks are mostly given out in turns, so that those of one lease stand at equal distances:
 * each run of such is `first+step*count`, a single ordinal is itself, e.g. `7 8+4*64 1000`. The order is kept.
 */
export function textOfOrdinals(ordinals: readonly number[]): string {
  const runs: string[] = [];
  for (let at = 0; at < ordinals.length;) {
    const first = ordinals[at] as number;
    const step = (ordinals[at + 1] ?? first) - first;
    let end = at + 2;
    while (end < ordinals.length && ordinals[end] === first + step * (end - at)) end++;
    const count = Math.min(end, ordinals.length) - at;
    // Two make no run: the second may begin a longer one.
    runs.push(count < 3 ? `${first}` : `${first}+${step}*${count}`);
    at += count < 3 ? 1 : count;
  }
  return runs.join(" ");
}

/** The ordinals of {@link textOfOrdinals}. */
export function ordinalsOfText(text: string): number[] {
  const ordinals: number[] = [];
  for (const run of text === "" ? [] : text.split(" ")) {
    const [first = 0, step = 0, count = 1] = run.split(/[+*]/).map(Number);
    for (let i = 0; i < count; i++) ordinals.push(first + step * i);
  }
  return ordinals;
}
