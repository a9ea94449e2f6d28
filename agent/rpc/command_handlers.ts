import type { RoutedCommandRequest__Output as RoutedCommandRequest } from "../../proto/gen/edgemesh/RoutedCommandRequest.ts";
import type { CommandRequest, CommandResponse, RoutedCommandResponse } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { Registry } from "../devices/registry.ts";
import { selectDevice } from "../devices/routing.ts";
import type { Peers } from "../mesh/peers.ts";
import type { CallContext } from "./call_context.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface CommandHandlers {
  ExecuteCommand: UnaryHandler<CommandRequest, CommandResponse>;
  ExecuteRoutedCommand: UnaryHandler<RoutedCommandRequest, RoutedCommandResponse>;
}

/** Here and elsewhere a command takes the same path: down the device's link. */
export function commandHandlers(
  { registry, peers, selfId }: { registry: Registry; peers: Peers; selfId: string },
): CommandHandlers {
  const execute = (deviceId: string, command: string, args: readonly string[], call: CallContext) =>
    peers.execute(deviceId, command, args, { signal: call.signal, timeoutMs: call.remainingMs() });
  return {
    ExecuteCommand({ command, args }, call) {
      requireCommand(command);
      return execute(selfId, command, args, call);
    },
    async ExecuteRoutedCommand({ policy, command, args }, call) {
      const began = performance.now();
      requireCommand(command);
      const { info } = selectDevice(policy, registry.all(), selfId);
      const output = await execute(info.device_id, command, args, call);
      return {
        output,
        selected_device_id: info.device_id,
        selected_device_name: info.device_name,
        selected_device_addr: info.grpc_addr,
        total_time_ms: performance.now() - began,
        executed_locally: info.device_id === selfId,
      };
    },
  };
}

function requireCommand(command: string): void {
  if (!command) throw new MeshError("INVALID_ARGUMENT", "command: is empty");
}
