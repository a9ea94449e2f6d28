import type { PlacementResponse, TaskPlacement } from "../proto/messages.ts";
import type { Output } from "./output/output.ts";
import { printable } from "./output/printable.ts";
import type { Cell, Column } from "./output/table.ts";
import { count, duration, megabytes } from "./output/units.ts";

/** More tasks than this are too many to be read. */
const MOST_ROWS = 1000;

/** A note about more tasks than this says how many they are instead. */
const MOST_NAMED = 3;

const COLUMNS: readonly Column[] = [
  { header: "TASK", shrinkTo: 8 },
  { header: "KIND", dropAt: 4 },
  { header: "DEVICE", shrinkTo: 8 },
  { header: "MODEL", shrinkTo: 10, dropAt: 3 },
  { header: "START", align: "right" },
  { header: "PREDICTED", align: "right" },
  { header: "LOAD", align: "right", dropAt: 2 },
  { header: "QUEUE", align: "right", dropAt: 1 },
  { header: "MEMORY", align: "right", dropAt: 5 },
];

/** Prints which device would run which task and when, and how long the whole mesh would take. */
export async function printPlacement(placement: PlacementResponse, output: Output): Promise<void> {
  const { tasks } = placement;
  await output.table(COLUMNS, tasks.slice(0, MOST_ROWS).map((task) => rowOf(task, output)));
  await output.line();
  if (tasks.length > MOST_ROWS) {
    await output.line(`These are the first ${MOST_ROWS} of ${tasks.length} tasks; --json prints each of them.`);
  }
  const { paint } = output;
  const devices = new Set(tasks.map((task) => task.device_id).filter(Boolean)).size;
  const work = `${count(tasks.length, "task")} on ${count(devices, "device")}`;
  await output.line(paint.green(`whole mesh: ${duration(placement.total_predicted_ms)} for ${work}`));
  for (const note of notesOf(placement)) await output.line(paint.dim(`note: ${printable(note)}`));
}

function rowOf(task: TaskPlacement, { paint }: Output): Cell[] {
  if (task.device_id === "") {
    return [task.task_id, task.kind, { text: "none", paint: paint.red }, task.model || "-", ...Array(5).fill("-")];
  }
  const memory = megabytes(task.predicted_memory_mb);
  return [
    task.task_id,
    task.kind,
    task.device_name,
    task.model || "-",
    duration(task.start_ms),
    `${duration(task.predicted_ms)}${task.unknown_cost ? " ?" : ""}`,
    task.load_ms > 0 ? duration(task.load_ms) : "-",
    task.queue_ms > 0 ? duration(task.queue_ms) : "-",
    task.ram_sufficient ? (task.predicted_memory_mb > 0 ? memory : "-") : { text: `${memory} !`, paint: paint.red },
  ];
}

/** What the prediction assumed, each once, with the tasks that it is about where it is not about all. */
function notesOf({ notes, tasks }: PlacementResponse): string[] {
  const tasksByNote = new Map<string, string[]>();
  for (const task of tasks) {
    for (const note of new Set(task.notes.split("; ").filter(Boolean))) {
      const about = tasksByNote.get(note);
      if (about) about.push(task.task_id);
      else tasksByNote.set(note, [task.task_id]);
    }
  }
  const all = [...tasksByNote].map(([note, about]) => {
    if (about.length === tasks.length) return note;
    return `${note} (${about.length > MOST_NAMED ? count(about.length, "task") : about.join(", ")})`;
  });
  all.push(...notes.filter((note) => !tasksByNote.has(note)));
  const placed = tasks.filter((task) => task.device_id !== "");
  if (placed.some((task) => !task.ram_sufficient)) all.push("! more RAM than the device has free");
  if (placed.some((task) => task.unknown_cost)) all.push("? stands for a cost that is not known");
  return all;
}
