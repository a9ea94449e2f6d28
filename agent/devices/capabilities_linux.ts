/**
 * Whether the kernel's compute accelerator subsystem has a device: drivers of NPUs (`intel_vpu`, `amdxdna`, `rocket`, …) register
 * there as `accel0`, `accel1`, … (kernel documentation, "Compute Accelerators").
 */
export async function hasAccelerator(
  list: (folder: string) => AsyncIterable<{ readonly name: string }> = Deno.readDir,
): Promise<boolean> {
  try {
    for await (const { name } of list("/sys/class/accel")) {
      if (/^accel\d+$/.test(name)) return true;
    }
    return false;
  } catch (error) {
    // A kernel without the subsystem, or before 6.2.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
