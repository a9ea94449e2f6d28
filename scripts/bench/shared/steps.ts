/** Says on standard error what is being measured: a run takes minutes. */
export function stepsSaid(): (what: string) => void {
  const began = performance.now();
  return (what) => console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}`);
}
