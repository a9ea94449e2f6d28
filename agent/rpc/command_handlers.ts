import type { RoutedCommandRequest__Output as RoutedCommandRequest } from "../../proto/gen/edgemesh/RoutedCommandRequest.ts";
import type { CommandRequest, CommandResponse, RoutedCommandResponse } from "../../proto/messages.ts";
import type { AuditTrail } from "../audit/audit_event.ts";
import { commandText } from "../audit/command_text.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { Registry } from "../devices/registry.ts";
import { selectDevice } from "../devices/routing.ts";
import type { Peers } from "../mesh/peers.ts";
import { callerOf } from "./audited_caller.ts";
import type { CallContext } from "./call_context.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface CommandHandlers {
  ExecuteCommand: UnaryHandler<CommandRequest, CommandResponse>;
  ExecuteRoutedCommand: UnaryHandler<RoutedCommandRequest, RoutedCommandResponse>;
}

/** What the handlers of commands work with. */
export interface CommandHandlerParts {
  readonly registry: Registry;
  readonly peers: Peers;
  readonly selfId: string;
  readonly audit: AuditTrail;
}

/**
 * Here and elsewhere a command takes the same path: down the device's link. The audit log of the device says what it ran or refused; that
 * of this one says in addition what it sent to others, and what it knew no device for.
 */
export function commandHandlers({ registry, peers, selfId, audit }: CommandHandlerParts): CommandHandlers {
  const refused = (call: CallContext, command: string, args: readonly string[], error: unknown) => {
    audit.record({
      event: "command.refused",
      ...callerOf(call),
      what: commandText(command, args),
      why: messageOf(error),
    });
  };
  const execute = (device: string, command: string, args: readonly string[], call: CallContext) => {
    const { signal, clientName, peer } = call;
    if (device !== selfId) {
      audit.record({ event: "command.sent", ...callerOf(call), what: commandText(command, args), device });
    }
    return peers.execute(device, command, args, { signal, timeoutMs: call.remainingMs(), clientName, peer });
  };
  const select = (
    policy: Parameters<typeof selectDevice>[0],
    command: string,
    args: readonly string[],
    call: CallContext,
  ) => {
    try {
      return selectDevice(policy, registry.all(), selfId);
    } catch (error) {
      refused(call, command, args, error);
      throw error;
    }
  };
  return {
    ExecuteCommand({ command, args }, call) {
      requireCommand(command);
      return execute(selfId, command, args, call);
    },
    async ExecuteRoutedCommand({ policy, command, args }, call) {
      const began = performance.now();
      requireCommand(command);
      const { info } = select(policy, command, args, call);
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
