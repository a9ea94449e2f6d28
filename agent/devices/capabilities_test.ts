import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { probeCapabilities, type Probes } from "./capabilities.ts";
import { hasNeuralEngine } from "./capabilities_darwin.ts";
import { hasGpu, isGpuAmong } from "./capabilities_gpu.ts";
import { hasAccelerator } from "./capabilities_linux.ts";
import { hasComputeAccelerator } from "./capabilities_windows.ts";

Deno.test("real graphics adapters are GPUs", () => {
  const real = [
    { vendor: "NVIDIA", model: "GeForce RTX 4070" },
    { vendor: "Advanced Micro Devices, Inc. [AMD/ATI]", model: "Phoenix1" },
    { vendor: "Intel Corporation", model: "Iris(R) Xe Graphics" },
    { vendor: "Apple", model: "Apple M3" },
    { vendor: "Qualcomm Incorporated", model: "Qualcomm(R) Adreno(TM) X1-85 GPU" },
    { vendor: "", model: "", name: "NVIDIA A100" },
  ];
  for (const adapter of real) assertEquals(isGpuAmong([adapter]), true, JSON.stringify(adapter));
});

Deno.test("virtual, basic and management adapters are no GPUs", () => {
  const models = [
    "Microsoft Basic Display Adapter",
    "Microsoft Basic Render Driver",
    "Microsoft Remote Display Adapter",
  ];
  models.push(
    "VMware SVGA 3D",
    "VMware SVGA II Adapter",
    "VirtualBox Graphics Adapter",
    "QXL paravirtual graphic card",
  );
  models.push(
    "Red Hat QXL controller",
    "Virtio GPU",
    "Virtio 1.0 GPU",
    "GD 5446",
    "bochs-display",
    "llvmpipe (LLVM 15.0.6)",
  );
  models.push("Microsoft Hyper-V Video", "Hyper-V virtual VGA", "Parallels Display Adapter", "ASPEED Graphics Family");
  models.push(
    "MGA G200eW WPCM450",
    "Citrix Indirect Display Adapter",
    "DisplayLink USB Device",
    "Standard VGA Graphics",
  );
  for (const model of models) {
    const vendor = model.startsWith("GD") ? "Cirrus Logic" : "";
    assertEquals(isGpuAmong([{ vendor, model }]), false, model);
  }
  assertEquals(isGpuAmong([]), false);
  assertEquals(isGpuAmong([{ vendor: "", model: "" }]), false);
  assertEquals(isGpuAmong([{ model: "ASPEED Graphics Family" }, { model: "NVIDIA L4" }]), true);
});

Deno.test("a Linux device has an NPU when the kernel lists an accelerator", async () => {
  const folders: string[] = [];
  const list = (...names: string[]) => (folder: string) => {
    folders.push(folder);
    return ReadableStream.from(names.map((name) => ({ name })));
  };
  assertEquals(await hasAccelerator(list("accel0")), true);
  assertEquals(await hasAccelerator(list("power", "accel12")), true);
  assertEquals(await hasAccelerator(list("power", "accelerate")), false);
  assertEquals(await hasAccelerator(list()), false);
  assertEquals(new Set(folders), new Set(["/sys/class/accel"]));
  const fails = (error: Error) => () => new ReadableStream({ start: (control) => control.error(error) });
  assertEquals(await hasAccelerator(fails(new Deno.errors.NotFound("no folder"))), false);
  await assertRejects(
    () => hasAccelerator(fails(new Deno.errors.PermissionDenied("no entry"))),
    Deno.errors.PermissionDenied,
  );
});

Deno.test("a Mac has an NPU when it has Apple silicon", () => {
  assertEquals([hasNeuralEngine("aarch64"), hasNeuralEngine("x86_64")], [true, false]);
});

Deno.test("a Windows device has an NPU when its device class is not empty", async () => {
  const { signal } = new AbortController();
  const says = (text: string) => (command: string) =>
    Promise.resolve(command.includes("ComputeAccelerator") ? text : "");
  assertEquals(await hasComputeAccelerator(signal, says("1\r\n")), true);
  assertEquals(await hasComputeAccelerator(signal, says("0\r\n")), false);
  await assertRejects(() => hasComputeAccelerator(signal, says("Get-PnpDevice : not known")), Error, "not a number");
});

Deno.test("a probe that fails or does not end says that there is nothing, and does not hold up the other", async () => {
  const probes = (gpu: Probes["gpu"], npu: Probes["npu"]) => ({ probes: { gpu, npu }, timeoutMs: 30 });
  const yes = () => Promise.resolve(true);
  const never = () => new Promise<boolean>(() => {});
  const fails = () => Promise.reject(new Error("broken"));
  assertEquals(await probeCapabilities(probes(yes, fails)), { has_gpu: true, has_npu: false });
  assertEquals(await probeCapabilities(probes(never, yes)), { has_gpu: false, has_npu: true });
  const throws = () => {
    throw new Error("at once");
  };
  assertEquals(await probeCapabilities(probes(throws, yes)), { has_gpu: false, has_npu: true });
});

Deno.test("a probe ends when it is aborted, and tells its programs", async () => {
  const caller = new AbortController();
  const told: boolean[] = [];
  const waits = (signal: AbortSignal) =>
    new Promise<boolean>((_, reject) =>
      signal.addEventListener("abort", () => {
        told.push(true);
        reject(signal.reason);
      }, { once: true })
    );
  const run = probeCapabilities({ probes: { gpu: waits, npu: waits }, signal: caller.signal });
  caller.abort();
  assertEquals(await run, { has_gpu: false, has_npu: false });
  assertEquals(told.length, 2);
  const early = await probeCapabilities({ probes: { gpu: waits, npu: waits }, signal: AbortSignal.abort() });
  assertEquals(early, { has_gpu: false, has_npu: false });
});

Deno.test("the real probe answers on this machine", async () => {
  const found = await probeCapabilities();
  assertEquals([typeof found.has_gpu, typeof found.has_npu], ["boolean", "boolean"]);
  assertEquals(await hasGpu(() => Promise.resolve([{ model: "NVIDIA L4" }])), true);
});
