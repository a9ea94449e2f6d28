import type { TaskDetail } from "../proto/messages.ts";
import { firstLine, stateCell } from "./job_view.ts";
import type { Output } from "./output/output.ts";
import type { Paint } from "./output/paint.ts";
import type { Column, Row } from "./output/table.ts";

const COLUMNS: readonly Column[] = [
  { header: "TASK", shrinkTo: 8 },
  { header: "GROUP", align: "right", dropAt: 1 },
  { header: "STATE" },
  { header: "DEVICE", shrinkTo: 8 },
  { header: "ATTEMPTS", align: "right", dropAt: 2 },
  { header: "RESULT", shrinkTo: 10 },
];

/** Prints tasks as a table; under each that is not DONE stands why attempts at it failed. */
export async function printTasks(tasks: readonly TaskDetail[], output: Output): Promise<void> {
  await output.table(COLUMNS, tasks.flatMap((task) => [taskRow(task, output.paint), ...attemptRows(task)]));
}

function taskRow({ status, group, attempts }: TaskDetail, paint: Paint): Row {
  return [
    status?.task_id ?? "",
    String(group + 1),
    stateCell(status?.state ?? "", paint),
    status?.assigned_device_name || "-",
    String(attempts),
    firstLine(status?.error || status?.result || ""),
  ];
}

function attemptRows({ status, failed_attempts }: TaskDetail): Row[] {
  if (status?.state === "DONE") return [];
  return failed_attempts.map(({ attempt, device_name, reason }) => [
    `  attempt ${attempt}`,
    "",
    "",
    device_name || "-",
    "",
    firstLine(reason),
  ]);
}
