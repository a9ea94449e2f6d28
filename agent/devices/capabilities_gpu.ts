/** What is read of a graphics adapter: a part of systeminformation's `GraphicsControllerData`. */
export interface GraphicsAdapter {
  readonly vendor?: string;
  readonly model?: string;
  readonly name?: string;
}

/**
 * Adapters that only show a picture, or compute it on the processor:
 *
 * - Windows without a driver, and its remote desktop: Microsoft Basic Display, Basic Render, Remote Display
 * - virtual machines: VMware SVGA, VirtualBox, QXL, Red Hat and Virtio, Cirrus, Bochs, Hyper-V, Parallels, Xen, Citrix
 * - Mesa's renderers on the processor: llvmpipe, softpipe, swrast
 * - management chips of servers: ASPEED, Matrox G200
 * - screens over USB or network, and plain VGA: DisplayLink, "virtual", "indirect", "standard VGA", "simple framebuffer"
 */
const NO_GPU = new RegExp(
  [
    "microsoft (basic|remote|hyper-v)",
    "basic (display|render)",
    "vmware",
    "virtualbox",
    "\\bqxl\\b",
    "red ?hat",
    "virtio",
    "cirrus",
    "bochs",
    "hyper-v",
    "parallels",
    "\\bxen\\b",
    "citrix",
    "llvmpipe",
    "softpipe",
    "swrast",
    "aspeed",
    "matrox.*g200|mga g200",
    "displaylink",
    "virtual",
    "indirect display",
    "standard vga",
    "simple ?(framebuffer|drm)",
  ].join("|"),
  "i",
);

/** Whether one of the adapters can compute. */
export function isGpuAmong(adapters: readonly GraphicsAdapter[]): boolean {
  return adapters.some(({ vendor = "", model = "", name = "" }) => {
    const text = `${vendor} ${model} ${name}`.trim();
    return text !== "" && !NO_GPU.test(text);
  });
}

/** Whether this device has a GPU. Starts the system's own programs (`lspci`, `system_profiler`, PowerShell). */
export async function hasGpu(read: () => Promise<readonly GraphicsAdapter[]> = readAdapters): Promise<boolean> {
  return isGpuAmong(await read());
}

async function readAdapters(): Promise<readonly GraphicsAdapter[]> {
  // Loading it takes 70 ms: not before it is needed.
  const { graphics } = await import("systeminformation");
  return (await graphics()).controllers;
}
