import { newId } from "../../../agent/core/ids.ts";
import { Joiner } from "../../../agent/mesh/joiner.ts";
import type { WorkSource } from "../../../agent/mesh/worker_session.ts";
import type { DeviceInfo } from "../../../proto/messages.ts";

/**
 * The body of a process that is many devices: `PROGRAM ADDRESS COUNT`. Each joins by a connection and an Attach stream of
 * its own, by the same code as a real device. Ends with its standard input.
 *
 * @param work what each device does with its work
 */
export async function simulateDevices(work: (info: DeviceInfo) => WorkSource): Promise<never> {
  const [address = "", count = "0"] = Deno.args;
  const key = Deno.env.get("EDGEMESH_KEY") ?? "";
  const joiners = Array.from({ length: Number(count) }, (_, n) => {
    const info = simulatedDevice(n);
    return new Joiner({ address, key, instanceId: newId(), device: () => info, work: work(info), drainMs: 0 });
  });
  for (const joiner of joiners) joiner.start();
  for await (const _ of Deno.stdin.readable);
  await Promise.all(joiners.map((joiner) => joiner.stop()));
  Deno.exit(0);
}

function simulatedDevice(n: number): DeviceInfo {
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
