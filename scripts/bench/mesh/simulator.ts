/**
 * Many idle devices in one process: `simulator.ts ADDRESS COUNT`. Each joins by a connection and an Attach stream of its
 * own and sends a sample every 2 s, by the same code as a real device; only its work is not there. Ends with its standard
 * input.
 */
import { newId } from "../../../agent/core/ids.ts";
import { Joiner } from "../../../agent/mesh/joiner.ts";
import type { WorkSource } from "../../../agent/mesh/worker_session.ts";
import type { DeviceInfo } from "../../../proto/messages.ts";

const [address = "", count = "0"] = Deno.args;
const key = Deno.env.get("EDGEMESH_KEY") ?? "";

/** Busy, so that no work is given to it as long as another device is there. */
const sample = { cpu_load: 1, mem_used_mb: 4096, mem_total_mb: 8192, ram_free_mb: 4096 };

const noWork: WorkSource = {
  runTask: () => Promise.reject(new Error("a simulated device cannot work")),
  runCommand: () => Promise.reject(new Error("a simulated device cannot work")),
  sample: () => sample,
};

function device(n: number): DeviceInfo {
  return {
    device_id: newId(),
    device_name: `simulated-${n}`,
    platform: "linux",
    arch: "amd64",
    has_cpu: true,
    has_gpu: false,
    has_npu: false,
    grpc_addr: "127.0.0.1:1",
    http_addr: "",
    can_screen_capture: false,
    llm_prefill_toks_per_s: 0,
    llm_decode_toks_per_s: 0,
    ram_free_mb: 4096,
    has_local_model: false,
    local_model_name: "",
    local_chat_endpoint: "",
  };
}

const joiners = Array.from({ length: Number(count) }, (_, n) => {
  const info = device(n);
  return new Joiner({ address, key, instanceId: newId(), device: () => info, work: noWork, drainMs: 0 });
});
for (const joiner of joiners) joiner.start();
for await (const _ of Deno.stdin.readable);
await Promise.all(joiners.map((joiner) => joiner.stop()));
Deno.exit(0);
