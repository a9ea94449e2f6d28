/** Whether a Mac has the Neural Engine: every Mac with Apple silicon has, none with an Intel processor. */
export function hasNeuralEngine(arch: string = Deno.build.arch): boolean {
  return arch === "aarch64";
}
