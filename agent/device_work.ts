import type { AuditTrail } from "./audit/audit_event.ts";
import { commandText } from "./audit/command_text.ts";
import { MeshError, messageOf } from "./core/errors.ts";
import { beginSpan } from "./core/tracing.ts";
import type { AttemptResult } from "./mesh/held_attempts.ts";
import type { CommandRunOptions, WorkSource } from "./mesh/worker_session.ts";
import type { CommandResponse } from "../proto/messages.ts";

/** Hears what this device did, for figures. */
export interface DeviceWorkObserver {
  deviceTask(kind: string, ok: boolean): void;
  deviceCommand(outcome: string): void;
}

export interface DeviceWorkParts {
  readonly deviceId: string;
  readonly audit: AuditTrail;
  readonly observer: DeviceWorkObserver;
}

type RunTask = WorkSource["runTask"];
type RunCommand = (
  command: string,
  args: readonly string[],
  how: Pick<CommandRunOptions, "signal" | "timeoutMs">,
) => Promise<CommandResponse>;

/** Runs tasks so that figures and, where traces are kept, the trace of each one's job tell of them. */
export function observedTasks(run: RunTask, kinds: readonly string[], observer: DeviceWorkObserver): RunTask {
  const known = new Set(kinds);
  const counted = (kind: string, result: AttemptResult) => {
    observer.deviceTask(known.has(kind) ? kind : "unknown", result.ok);
    return result;
  };
  const observed: RunTask = (task, signal) => {
    const result = run(task, signal);
    return result instanceof Promise ? result.then((end) => counted(task.kind, end)) : counted(task.kind, result);
  };
  return (task, signal) => task.traceParent ? traced(() => observed(task, signal), task) : observed(task, signal);
}

function traced(
  run: () => AttemptResult | Promise<AttemptResult>,
  { kind, traceParent: parent }: { readonly kind: string; readonly traceParent: string },
): AttemptResult | Promise<AttemptResult> {
  const span = beginSpan(`task ${kind}`, { kind: "consumer", parent });
  if (!span) return run();
  const ended = (result: AttemptResult) => {
    span.end(result.ok ? undefined : result.error_code || "FAILED");
    return result;
  };
  const result = span.run(run);
  return result instanceof Promise ? result.then(ended) : ended(result);
}

/** Runs commands so that the audit log says who had which one run, or was refused, and how it ended. What it printed is not in there. */
export function auditedCommands(
  run: RunCommand,
  { deviceId: device, audit, observer }: DeviceWorkParts,
): WorkSource["runCommand"] {
  return async (command, args, how) => {
    const began = performance.now();
    const whose = { who: how.clientName, from: how.peer, what: commandText(command, args), device };
    try {
      const response = await run(command, args, how);
      const details = { exit_code: response.exit_code, ms: Math.round(performance.now() - began) };
      audit.record({ event: "command.run", ...whose, details });
      observer.deviceCommand("done");
      return response;
    } catch (error) {
      const code = error instanceof MeshError ? error.code : "INTERNAL";
      const event = code === "CANCELLED" || code === "DEADLINE_EXCEEDED" ? "command.stopped" : "command.refused";
      audit.record({ event, ...whose, why: messageOf(error) });
      observer.deviceCommand(code);
      throw error;
    }
  };
}
